//! What the configuration says of the mapping.

use super::{Config, Turn, take};

#[test]
fn settings() {
    take(&[
        Turn {
            what: "another mapping of statuses",
            there: Config(r#"status_mapping = { a = "planned", default = "potential" }"#),
            does: "nodes ~3",
            seen: (
                "SELECT n.id, s.slug FROM nodes n JOIN statuses s ON s.id = status_id ORDER BY n.id",
                &[
                    "1 | planned",
                    "2 | potential",
                    "3 | potential",
                    "4 | planned",
                ],
            ),
            anew: &[],
        },
        Turn {
            what: "no mapping of statuses",
            there: Config("status_mapping = false"),
            does: "nodes ~3",
            seen: (
                "SELECT DISTINCT s.slug FROM nodes n JOIN statuses s ON s.id = status_id",
                &["potential"],
            ),
            anew: &[],
        },
        Turn {
            what: "a default layer takes in what is outside of all areas",
            there: Config(r#"default_layer = "italy""#),
            does: "nodes +1",
            seen: (
                "SELECT n.id FROM nodes n JOIN layers l ON l.id = layer_id WHERE l.slug = 'italy'",
                &["5"],
            ),
            anew: &[],
        },
        Turn {
            what: "links are left out",
            there: Config("import_links = false"),
            does: "links -4",
            seen: ("SELECT id FROM links", &[]),
            anew: &[],
        },
        Turn {
            what: "another time zone",
            there: Config(r#"time_zone = "Europe/Rome""#),
            does: "nodes ~4, users ~6, devices ~5, interfaces ~6, contacts ~2, statistics ~2",
            seen: (
                "SELECT count(*) FROM nodes WHERE added = '2012-01-01 11:00:00'",
                &["4"],
            ),
            anew: &[],
        },
    ]);
}
