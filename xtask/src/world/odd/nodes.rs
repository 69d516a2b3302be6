//! Oddities of `nodeshot_node`.

use rand::RngExt;

use super::super::layers::{AREAS, Area, areas_at, level_edge};
use super::super::nodes::unconfirmed;
use super::super::places::ELSEWHERE;
use super::super::plan::{Stream, number_of};
use super::super::rows::{NodeRow, Text};
use super::super::spec::DEVICES;
use super::{Near, Oddity, Partners, alone, odd, once};

pub(in super::super) const NODES: &[Oddity<NodeRow>] = &[
    // Who owns it.
    odd("owner-null", |row, _| owned_by(row, None)),
    odd("owner-blank-email-without-at", |row, _| {
        row.owner = Some("".into());
        email(row, format!("persona{}", row.id))
    }),
    odd("email-two-ats", |row, _| {
        email(row, format!("persona{}@casa@posta.example", row.id))
    }),
    odd("email-empty", |row, _| email(row, String::new())),
    odd("email-spaces", |row, _| {
        email(row, format!("  {} ", row.email.lossy()))
    }),
    odd("emails-differ-by-case", |row, near| {
        let previous = near.previous?;
        row.owner.clone_from(&previous.owner);
        row.email = in_another_case(&previous.email.lossy()).into();
        Some(vec![previous.id])
    }),
    odd("namesake", |row, near| {
        let previous = near.previous?;
        row.owner.clone_from(&previous.owner);
        email(row, sole_email(row.id))?;
        Some(vec![previous.id])
    }),
    odd("owner-three-parts", |row, _| {
        owned_by(row, Some("Maria de Luca Rossi"))
    }),
    odd("owner-inner-capital", |row, _| {
        owned_by(row, Some("Ronald McDonald"))
    }),
    odd("owner-double-space", |row, _| {
        owned_by(row, Some("Mario  Rossini"))
    }),
    odd("owner-leading-space", |row, _| {
        owned_by(row, Some(" Giulia Verdini"))
    }),
    odd("owner-lower-case", |row, _| {
        owned_by(row, Some("anna verdone"))
    }),
    odd("owner-non-latin", |row, _| owned_by(row, Some("Жора"))),
    odd("owner-emoji", |row, _| owned_by(row, Some("😀🎉"))),
    odd("owner-invalid-utf8", |row, _| {
        row.owner = Some(b"Nicol\xf2 Verga".to_vec().into());
        email(row, sole_email(row.id))
    }),
    odd("owner-blank-email-long", |row, _| {
        row.owner = Some("".into());
        email(
            row,
            format!("una.persona.dal.nome.lunghissimo.{}@posta.example", row.id),
        )
    }),
    odd("extra-emails-null", |row, _| extra_emails(row, None)),
    odd("extra-emails-blank", |row, _| {
        extra_emails(row, Some(String::new()))
    }),
    odd("extra-emails-filled", |row, _| {
        row.email2 = Some(format!("lavoro{}@studio.example", row.id).into());
        row.email3 = Some(format!("casa{}@posta.example", row.id).into());
        alone()
    }),
    odd("extra-email-malformed", |row, _| {
        extra_emails(row, Some("mario at posta".into()))
    }),
    odd("extra-email-of-another", |row, near| {
        let previous = near.previous?;
        row.email2 = Some(previous.email.clone());
        Some(vec![previous.id])
    }),
    odd("node-password-blank", |row, _| {
        row.password = "".into();
        alone()
    }),
    // Names and slugs.
    odd("name-over-long", |row, _| {
        let long = format!(
            "{} {}",
            row.name.lossy(),
            "sul tetto della casa in fondo ".repeat(10)
        );
        named(row, long.chars().take(300).collect())
    }),
    odd("description-over-long", |row, _| {
        described(
            row,
            "Una descrizione che non finisce mai. ".repeat(136)[..5000].into(),
        )
    }),
    once("slug-blank", |row, _| {
        row.slug = "".into();
        alone()
    }),
    odd("names-equal-after-slugging", |row, near| {
        let previous = near.previous?;
        (previous.name != previous.slug).then_some(())?;
        row.name = previous.slug.clone();
        row.slug = format!("{}-1", previous.slug.lossy()).into();
        Some(vec![previous.id])
    }),
    odd("slugs-equal-by-case", |row, near| {
        let previous = near.previous?;
        row.slug = previous.slug.lossy().to_uppercase().into();
        Some(vec![previous.id])
    }),
    odd("slugs-equal-after-slugging", |row, near| {
        let previous = near.previous?;
        (previous.name != previous.slug).then_some(())?;
        row.slug = previous.name.clone();
        Some(vec![previous.id])
    }),
    odd("name-non-latin", |row, near| {
        named(row, near.nth("Узел Москва"))
    }),
    odd("name-emoji", |row, near| {
        named(row, near.nth("Nodo 🚀 sul tetto"))
    }),
    odd("name-escape-sequence", |row, near| {
        named(row, near.nth("Nodo \x1b[31mrosso"))
    }),
    odd("name-bell", |row, near| {
        named(row, near.nth("Nodo \x07 campanello"))
    }),
    odd("name-markup-script", |row, near| {
        named(row, near.nth("<script>alert(1)</script>"))
    }),
    odd("name-markup-cell", |row, near| {
        named(row, near.nth("Nodo</td>"))
    }),
    odd("name-right-to-left", |row, near| {
        named(row, near.nth("Nodo \u{202e}ortsed"))
    }),
    once("name-empty", |row, _| named(row, String::new())),
    odd("description-nul", |row, _| {
        described(row, "prima\0dopo".into())
    }),
    odd("description-invalid-utf8", |row, _| {
        described(row, b"Vicino alla citt\xe0 vecchia".to_vec().into())
    }),
    odd("texts-empty", |row, _| {
        row.notes = Some("".into());
        described(row, "".into())
    }),
    odd("postal-code-blank", |row, _| {
        row.postal_code = "".into();
        alone()
    }),
    // Where it stands.
    odd("on-border-vertex", |row, near| {
        let corners = inland(near).rings().concat();
        let [lng, lat] = corners[near.turn % corners.len()];
        at(row, lat, lng)
    }),
    odd("on-border-edge", |row, near| {
        let (lat, lng) = level_edge(inland(near))?;
        at(row, lat, lng)
    }),
    odd("in-two-layers", |row, near| {
        let mut rng = near.loom.plan.rng(Stream::Node, number_of(row.id));
        let (lat, lng) = (0..1000)
            .map(|_| {
                (
                    rng.random_range(41.79..41.83),
                    rng.random_range(12.57..12.62),
                )
            })
            .find(|&(lat, lng)| areas_at(lat, lng).len() == 2)?;
        at(row, lat, lng)
    }),
    odd("outside-layers", |row, near| {
        let (lat, lng) = ELSEWHERE[near.turn % ELSEWHERE.len()];
        at(row, lat, lng)
    }),
    odd("coordinates-swapped", |row, _| {
        std::mem::swap(&mut row.lat, &mut row.lng);
        alone()
    }),
    odd("latitude-impossible", |row, _| {
        row.lat = 95.0.into();
        alone()
    }),
    odd("longitude-impossible", |row, _| {
        row.lng = 200.0.into();
        alone()
    }),
    odd("latitude-nan-text", |row, _| {
        row.lat = "nan".into();
        alone()
    }),
    odd("longitude-infinite-text", |row, _| {
        row.lng = "inf".into();
        alone()
    }),
    odd("latitude-infinite", |row, _| {
        row.lat = f64::INFINITY.into();
        alone()
    }),
    odd("altitude-text", |row, _| {
        row.alt = Some("abc".into());
        alone()
    }),
    // What became of it, and when.
    odd("unconfirmed-with-dependants", |row, near| {
        let number = number_of(row.id);
        (!DEVICES.children(number).is_empty()).then_some(())?;
        *row = unconfirmed(&mut near.loom.plan.rng(Stream::Node, number), row.clone());
        alone()
    }),
    odd("status-unknown", |row, _| status(row, "x")),
    odd("status-blank", |row, _| status(row, "")),
    odd("added-zero", |row, _| added(row, "0000-00-00 00:00:00")),
    odd("added-unreadable", |row, _| added(row, "yesterday")),
    odd("added-in-summer-gap", |row, _| {
        added(row, "2012-03-25 02:30:00")
    }),
    odd("added-in-autumn-overlap", |row, _| {
        added(row, "2011-10-30 02:30:00")
    }),
    odd("updated-zero", |row, _| {
        row.updated = "0000-00-00 00:00:00".into();
        alone()
    }),
];

// The layers that overlap with no other, in turn.
fn inland(near: &Near<'_, NodeRow>) -> Area {
    AREAS[2 + near.turn % (AREAS.len() - 2)]
}

fn at(row: &mut NodeRow, lat: f64, lng: f64) -> Option<Partners> {
    row.lat = lat.into();
    row.lng = lng.into();
    alone()
}

// An address that no other node has, so that the owner's name is this node's alone to give.
fn sole_email(id: i64) -> String {
    format!("persona{id}@posta.example")
}

fn owned_by(row: &mut NodeRow, name: Option<&str>) -> Option<Partners> {
    row.owner = name.map(Text::from);
    email(row, sole_email(row.id))
}

fn email(row: &mut NodeRow, email: String) -> Option<Partners> {
    row.email = email.into();
    alone()
}

fn extra_emails(row: &mut NodeRow, email: Option<String>) -> Option<Partners> {
    row.email2 = email.map(Text::from);
    row.email3.clone_from(&row.email2);
    alone()
}

fn in_another_case(email: &str) -> String {
    let mut letters = email.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn named(row: &mut NodeRow, name: String) -> Option<Partners> {
    row.name = name.into();
    alone()
}

fn described(row: &mut NodeRow, description: Text) -> Option<Partners> {
    row.description = Some(description);
    alone()
}

fn status(row: &mut NodeRow, status: &str) -> Option<Partners> {
    row.status = status.into();
    alone()
}

fn added(row: &mut NodeRow, time: &str) -> Option<Partners> {
    row.added = time.into();
    alone()
}
