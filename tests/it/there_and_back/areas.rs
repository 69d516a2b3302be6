//! Layers that are drawn anew.

use super::{Layers, Turn, take};

const LAYERS: &str =
    "SELECT n.id, l.slug FROM nodes n JOIN layers l ON l.id = layer_id ORDER BY n.id";

/// A layers file in which these are the west and the east end of Rome and of Lazio.
macro_rules! areas {
    ($rome_west:literal, $rome_east:literal, $lazio_west:literal, $lazio_east:literal) => {
        concat!(
            r#"{ "type": "FeatureCollection", "features": [
            { "type": "Feature", "properties": { "slug": "rome", "name": "Rome" }, "geometry":
              { "type": "Polygon", "coordinates": [["#,
            "[", $rome_west, ", 41], [", $rome_east, ", 41], [", $rome_east, ", 42], [",
            $rome_west, ", 42], [", $rome_west, ", 41]",
            r#"]] } },
            { "type": "Feature", "properties": { "slug": "lazio", "name": "Lazio" }, "geometry":
              { "type": "Polygon", "coordinates": [["#,
            "[", $lazio_west, ", 41], [", $lazio_east, ", 41], [", $lazio_east, ", 42], [",
            $lazio_west, ", 42], [", $lazio_west, ", 41]",
            r#"]] } },
            { "type": "Feature", "properties": { "slug": "italy", "name": "Italy" }, "geometry": null } ] }"#
        )
    };
}

#[test]
fn areas() {
    take(&[
        Turn {
            what: "an area no longer reaches a node",
            there: Layers(areas!("12", "13", "14", "15")),
            does: "nodes -1, devices -1, interfaces -1, ip_addresses -1, links -2",
            seen: (LAYERS, &["1 | rome", "2 | rome", "4 | rome"]),
            anew: &["device_routing_protocols", "ip_addresses"],
        },
        Turn {
            what: "an area reaches a node that was outside of all",
            there: Layers(areas!("12", "13", "12.8", "21")),
            does: "nodes +1",
            seen: (
                LAYERS,
                &["1 | rome", "2 | rome", "3 | lazio", "4 | rome", "5 | lazio"],
            ),
            anew: &[],
        },
        Turn {
            what: "two areas are each other's: the nodes move",
            there: Layers(areas!("13.2", "14", "12", "13")),
            does: "nodes ~4",
            seen: (LAYERS, &["1 | lazio", "2 | lazio", "3 | rome", "4 | lazio"]),
            anew: &[],
        },
        Turn {
            what: "a second area lies over nodes: they stay where they were",
            there: Layers(areas!("12", "13", "12", "14")),
            does: "",
            seen: (LAYERS, &["1 | rome", "2 | rome", "3 | lazio", "4 | rome"]),
            anew: &[],
        },
    ]);
}
