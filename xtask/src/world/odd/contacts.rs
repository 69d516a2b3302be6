//! Oddities of `nodeshot_contact` and `nodeshot_statistic`.

use super::super::plan::number_of;
use super::super::rows::{ContactRow, StatisticRow};
use super::devices::MISSING;
use super::{Oddity, alone, odd};

pub(in super::super) const CONTACTS: &[Oddity<ContactRow>] = &[
    odd("contact-of-missing-node", |row, _| {
        row.node_id += MISSING;
        alone()
    }),
    odd("contact-of-unconfirmed", |row, near| {
        row.node_id = near.last("unconfirmed-with-dependants")?;
        alone()
    }),
    odd("contact-blank-email", |row, _| {
        row.from_email = "".into();
        alone()
    }),
    odd("contact-short-message", |row, _| {
        row.message = "Ciao!".into();
        alone()
    }),
    odd("contact-from-account", |row, near| {
        row.from_email = near.loom.plan.owner(number_of(row.node_id)).email.into();
        alone()
    }),
    odd("contact-with-referrer", |row, _| {
        row.http_referer = "http://mappa.rete.example/overview/".into();
        alone()
    }),
    odd("contact-bad-ip", |row, _| {
        row.ip = "unknown".into();
        alone()
    }),
    odd("contact-date-unreadable", |row, _| {
        row.date = "yesterday".into();
        alone()
    }),
    odd("contact-markup", |row, _| {
        row.message = "<img src=x onerror=alert(1)> vorrei collegarmi al vostro nodo".into();
        alone()
    }),
];

pub(in super::super) const STATISTICS: &[Oddity<StatisticRow>] =
    &[odd("statistic-date-zero", |row, _| {
        row.date = "0000-00-00 00:00:00".into();
        alone()
    })];
