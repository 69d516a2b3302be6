//! `nodeshot_node`: rows as the old site's forms let them in.

use djangohashers::{Algorithm, make_password_with_settings};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::clock;
use super::layers::areas_at;
use super::places::Place;
use super::plan::{Plan, Stream, id_of};
use super::rows::{NodeRow, Text};
use super::words::{DESCRIPTIONS, NOTES};

pub(super) fn node(plan: &Plan, number: usize) -> NodeRow {
    let mut rng = plan.rng(Stream::Node, number);
    let rng = &mut rng;
    let owner = plan.owner(number);
    let (place, _, _) = plan.whereabouts(number);
    let (lat, lng) = position(rng, place);
    let (added, updated) = clock::added_and_updated(plan, rng);
    let status = plan.status(number);
    let email = owner.email;
    let row = NodeRow {
        id: id_of(number),
        name: plan.node_name(number).into(),
        slug: plan.slug(number).into(),
        owner: Some(owner.name.into()),
        description: sometimes(rng, 0.6, DESCRIPTIONS),
        postal_code: format!("{:05}", rng.random_range(100..60_000)).into(),
        email2: extra_email(rng, &email, "lavoro"),
        email3: extra_email(rng, &email, "casa"),
        email: email.into(),
        password: node_password(rng).into(),
        lat: lat.into(),
        lng: lng.into(),
        alt: rng
            .random_bool(0.7)
            .then(|| f64::from(rng.random_range(2..60)).into()),
        status: status.into(),
        activation_key: Some("".into()),
        notes: sometimes(rng, 0.15, NOTES),
        added: added.into(),
        updated: updated.into(),
    };
    if status == "u" {
        unconfirmed(rng, row)
    } else {
        row
    }
}

/// A node whose email was not confirmed: its password stands there as typed.
pub(super) fn unconfirmed(rng: &mut ChaCha8Rng, row: NodeRow) -> NodeRow {
    NodeRow {
        status: "u".into(),
        password: format!("segreta-{}", characters(rng, b"abcdefghkmnpqrstuvwxyz", 6)).into(),
        activation_key: Some(characters(rng, b"0123456789abcdef", 40).into()),
        ..row
    }
}

/// A point of a place that lies in the place's layer and in no other.
fn position(rng: &mut ChaCha8Rng, place: &Place) -> (f64, f64) {
    for _ in 0..32 {
        let lat = place.lat + rng.random_range(-12_000..12_000_i32) as f64 / 1e6;
        let lng = place.lng + rng.random_range(-16_000..16_000_i32) as f64 / 1e6;
        let (lat, lng) = ((lat * 1e6).round() / 1e6, (lng * 1e6).round() / 1e6);
        if areas_at(lat, lng) == [place.area] {
            return (lat, lng);
        }
    }
    (place.lat, place.lng)
}

fn extra_email(rng: &mut ChaCha8Rng, email: &str, kind: &str) -> Option<Text> {
    match rng.random_range(0..20) {
        0 => Some(email.replacen('@', &format!("+{kind}@"), 1).into()),
        1..12 => Some("".into()),
        _ => None,
    }
}

// The old site hashed node passwords with a hasher of its own, twelve characters of salt.
fn node_password(rng: &mut ChaCha8Rng) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let salt = characters(rng, letters, 12);
    let password = characters(rng, b"abcdefghkmnpqrstuvwxyz23456789", 8);
    make_password_with_settings(&password, &salt, Algorithm::SHA1)
}

pub(super) fn characters(rng: &mut ChaCha8Rng, from: &[u8], count: usize) -> String {
    (0..count)
        .map(|_| char::from(from[rng.random_range(0..from.len())]))
        .collect()
}

pub(super) fn sometimes(rng: &mut ChaCha8Rng, share: f64, of: &[&str]) -> Option<Text> {
    if rng.random_bool(share) {
        Some(pick(rng, of).into())
    } else {
        None
    }
}

pub(super) fn pick<T: Copy>(rng: &mut ChaCha8Rng, of: &[T]) -> T {
    of[rng.random_range(0..of.len())]
}
