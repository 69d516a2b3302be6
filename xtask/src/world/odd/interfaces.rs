//! Oddities of `nodeshot_interface`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::rows::{InterfaceRow, Text};
use super::devices::MISSING;
use super::{Oddity, Partners, alone, odd, once};

pub(in super::super) const INTERFACES: &[Oddity<InterfaceRow>] = &[
    odd("interface-of-missing-device", |row, _| {
        row.device_id += MISSING;
        alone()
    }),
    odd("interface-type-unknown", |row, _| {
        row.kind = "zigbee".into();
        alone()
    }),
    odd("interface-cname-null", |row, _| {
        row.cname = None;
        alone()
    }),
    odd("interface-without-address", |row, _| {
        (row.ipv4_address, row.ipv6_address, row.mac_address) = (None, None, None);
        alone()
    }),
    odd("interface-updated-zero", |row, _| {
        row.updated = "0000-00-00 00:00:00".into();
        alone()
    }),
    // IPv4: the column takes any text.
    odd("ipv4-out-of-range", |row, _| {
        let [a, b, c, _] = octets(row)?;
        ipv4(row, format!("{a}.{b}.{c}.300"))
    }),
    odd("ipv4-with-prefix", |row, _| {
        let [a, b, c, d] = octets(row)?;
        ipv4(row, format!("{a}.{b}.{c}.{d}/24"))
    }),
    odd("ipv4-one-number", |row, near| {
        ipv4(row, (10 + near.turn).to_string())
    }),
    odd("ipv4-three-parts", |row, near| {
        ipv4(row, format!("1.2.{}", 3 + near.turn))
    }),
    once("ipv4-blank", |row, _| ipv4(row, String::new())),
    odd("ipv4-zero-padded", |row, _| {
        let octets = octets(row)?;
        ipv4(row, padded(octets))
    }),
    odd("ipv4-plain-and-padded", |row, near| {
        let previous = near.previous?;
        let octets = octets(previous)?;
        ipv4(row, padded(octets))?;
        Some(vec![previous.id])
    }),
    odd("ipv6-with-zone", |row, near| {
        ipv6(row, format!("fe80::{:x}%eth0", near.turn + 1))
    }),
    odd("ipv6-not-an-address", |row, near| {
        ipv6(row, near.nth("2001:db8::zz"))
    }),
    odd("ipv6-two-spellings", |row, near| {
        let previous = near.previous?;
        let other: Ipv6Addr = previous.ipv6_address.as_ref()?.lossy().parse().ok()?;
        let groups = other.segments().map(|group| format!("{group:04X}"));
        ipv6(row, groups.join(":"))?;
        Some(vec![previous.id])
    }),
    // MACs: nothing was ever checked.
    odd("mac-not-one", |row, near| {
        row.mac_address = Some(near.nth("not-a-mac").into());
        alone()
    }),
    once("mac-blank", |row, _| {
        row.mac_address = Some("".into());
        alone()
    }),
    odd("mac-eui64", |row, _| {
        respell(row, |mac| format!("{}:ff:fe:{}", &mac[..8], &mac[9..]))
    }),
    odd("mac-dashes", |row, _| {
        respell(row, |mac| mac.replace(':', "-"))
    }),
    odd("mac-dots", |row, _| {
        respell(row, |mac| {
            let bare = mac.replace(':', "");
            [&bare[..4], &bare[4..8], &bare[8..]].join(".")
        })
    }),
    odd("mac-bare", |row, _| {
        respell(row, |mac| mac.replace(':', ""))
    }),
    odd("mac-upper-case", |row, _| respell(row, str::to_uppercase)),
    odd("mac-two-spellings", |row, near| {
        let previous = near.previous?;
        let other = previous.mac_address.as_ref()?.lossy();
        row.mac_address = Some(other.to_uppercase().replace(':', "-").into());
        Some(vec![previous.id])
    }),
    // Radio.
    odd("channel-2432", |row, _| channel(row, "2432")),
    odd("channel-5865", |row, _| channel(row, "5865")),
    odd("channel-auto", |row, _| channel(row, "auto")),
    odd("mode-unknown", |row, _| {
        wifi(row)?.wireless_mode = Some("monit".into());
        alone()
    }),
    odd("polarity-unknown", |row, _| {
        wifi(row)?.wireless_polarity = Some("x".into());
        alone()
    }),
    odd("essid-without-bssid", |row, _| {
        wifi(row)?.bssid = None;
        alone()
    }),
    odd("bssid-without-essid", |row, _| {
        wifi(row)?.essid = None;
        alone()
    }),
    odd("wifi-without-vap", |row, _| {
        let row = wifi(row)?;
        (row.essid, row.bssid) = (Some("".into()), None);
        alone()
    }),
    odd("bssid-free-text", |row, _| {
        wifi(row)?.bssid = Some("bssidtest".into());
        alone()
    }),
    odd("essid-emoji", |row, _| {
        wifi(row)?.essid = Some("casa 🏠 rete".into());
        alone()
    }),
];

fn octets(row: &InterfaceRow) -> Option<[u8; 4]> {
    let address: Ipv4Addr = row.ipv4_address.as_ref()?.lossy().parse().ok()?;
    Some(address.octets())
}

fn padded(octets: [u8; 4]) -> String {
    octets.map(|octet| format!("{octet:03}")).join(".")
}

fn ipv4(row: &mut InterfaceRow, address: String) -> Option<Partners> {
    row.ipv4_address = Some(address.into());
    alone()
}

fn ipv6(row: &mut InterfaceRow, address: String) -> Option<Partners> {
    row.ipv6_address = Some(address.into());
    alone()
}

fn respell(row: &mut InterfaceRow, spell: impl Fn(&str) -> String) -> Option<Partners> {
    let mac = row.mac_address.as_ref()?.lossy();
    row.mac_address = Some(spell(&mac).into());
    alone()
}

fn wifi(row: &mut InterfaceRow) -> Option<&mut InterfaceRow> {
    (row.kind == Text::from("wifi")).then_some(row)
}

fn channel(row: &mut InterfaceRow, channel: &str) -> Option<Partners> {
    wifi(row)?.wireless_channel = Some(channel.into());
    alone()
}
