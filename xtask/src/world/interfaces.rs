//! `nodeshot_interface`.

use std::net::Ipv6Addr;

use rand::RngExt;

use super::clock;
use super::nodes::pick;
use super::plan::{Kind, Plan, Stream, id_of};
use super::rows::{InterfaceRow, Text};
use super::slug::slugify;
use super::spec::{DEVICES, INTERFACES, WITH_IPV4, WITH_IPV6, WITH_MAC};
use super::words::{CHANNELS, MAC_MAKERS};

pub(super) fn interface(plan: &Plan, number: usize) -> InterfaceRow {
    let mut rng = plan.rng(Stream::Interface, number);
    let rng = &mut rng;
    let (device, position) = INTERFACES.parent(number);
    let kind = plan.kind(number);
    let same = (1..=position)
        .filter(|back| plan.kind(number - back) == kind)
        .count();
    let cname = match same {
        0 => kind.name().to_owned(),
        same => format!("{}{}", kind.name(), same + 1),
    };
    let mac = (kind != Kind::Vpn && rng.random_bool(WITH_MAC)).then(|| Text::from(mac(number)));
    // The old site's form wanted at least one address of each interface.
    let with_ipv4 = rng.random_bool(WITH_IPV4) || mac.is_none();
    let (added, updated) = clock::added_and_updated(plan, rng);
    let row = InterfaceRow {
        id: id_of(number),
        ipv4_address: with_ipv4.then(|| ipv4(number).into()),
        ipv6_address: rng.random_bool(WITH_IPV6).then(|| ipv6(number).into()),
        mac_address: mac,
        kind: kind.name().into(),
        cname: Some(cname.into()),
        device_id: id_of(device),
        draw_link: rng.random_bool(0.95),
        wireless_mode: None,
        wireless_channel: None,
        wireless_polarity: None,
        essid: None,
        bssid: None,
        status: pick(rng, &["r", "r", "u"]).into(),
        added: added.into(),
        updated: updated.into(),
    };
    if kind != Kind::Wifi {
        return row;
    }
    let (node, _) = DEVICES.parent(device);
    let mode = pick(rng, &["sta", "ap", "adhoc"]);
    let bssid = if mode == "adhoc" {
        "02:ca:ff:ee:ba:be".to_owned()
    } else {
        self::mac(number)
    };
    InterfaceRow {
        wireless_mode: Some(mode.into()),
        wireless_channel: Some(pick(rng, CHANNELS).into()),
        wireless_polarity: pick(rng, &[Some("h"), Some("v"), Some("c"), Some("a"), None])
            .map(Text::from),
        essid: Some(format!("rete-{}", slugify(plan.whereabouts(node).0.name)).into()),
        bssid: Some(bssid.into()),
        ..row
    }
}

/// The IPv4 address that only this interface can have.
fn ipv4(interface: usize) -> String {
    let network = 32 * 256 + interface / 254;
    format!(
        "10.{}.{}.{}",
        network / 256 % 256,
        network % 256,
        interface % 254 + 1
    )
}

/// The MAC that only this interface can have.
fn mac(number: usize) -> String {
    const STEP: usize = 9_700_417; // odd, so that it visits each of the 2^24 tails once
    let [a, b, c] = MAC_MAKERS[number % MAC_MAKERS.len()];
    let tail = number / MAC_MAKERS.len() * STEP % (1 << 24);
    format!(
        "{a:02x}:{b:02x}:{c:02x}:{:02x}:{:02x}:{:02x}",
        tail >> 16,
        tail >> 8 & 255,
        tail & 255
    )
}

fn ipv6(number: usize) -> String {
    let prefix = u128::from_be_bytes([
        0xfd, 0x4e, 0x8a, 0x21, 0x07, 0xc3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    Ipv6Addr::from(prefix + ((number as u128 / 64) << 64) + number as u128 % 64 + 1).to_string()
}
