//! IP and MAC addresses and networks, as people typed them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address, and what had to be understood to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    pub ip: IpAddr,
    pub padding: Padding,
}

/// Whether the decimals had leading zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    None,
    /// `010.040.000.001`: read as decimal, not octal.
    Zeros,
}

/// Reads a whole address, strictly: four decimals or an IPv6 address, no mask, no zone.
pub fn address(text: &str) -> Option<Address> {
    let text = text.trim();
    if text.contains(':') {
        let ip: Ipv6Addr = text.parse().ok()?;
        return Some(Address {
            ip: IpAddr::V6(ip),
            padding: Padding::None,
        });
    }
    let mut octets = [0_u8; 4];
    let mut padding = Padding::None;
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if part.len() > 1 && part.starts_with('0') {
            padding = Padding::Zeros;
        }
        *octet = part.parse().ok()?;
    }
    if parts.next().is_some() {
        return None;
    }
    Some(Address {
        ip: IpAddr::V4(Ipv4Addr::from(octets)),
        padding,
    })
}

/// A MAC in lower case with colons; `:`, `-`, `.` and bare forms are read.
pub fn mac(text: &str) -> Option<String> {
    let text = text.trim();
    let separated = |separator: char, groups: usize, digits: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        (parts.len() == groups && parts.iter().all(|part| part.len() == digits))
            .then(|| parts.concat())
    };
    let bare = separated(':', 6, 2)
        .or_else(|| separated('-', 6, 2))
        .or_else(|| separated('.', 3, 4))
        .or_else(|| (text.len() == 12).then(|| text.to_string()))?;
    if !bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let lower = bare.to_ascii_lowercase();
    let pairs: Vec<&str> = (0..6).map(|pair| &lower[2 * pair..2 * pair + 2]).collect();
    Some(pairs.join(":"))
}

/// What a route's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Exact,
    /// There are bits set behind the mask: `10.0.0.5/24`.
    HostBits,
}

/// Reads a network: an address with or without a prefix length.
pub fn network(text: &str) -> Option<Network> {
    let (host, length) = match text.trim().split_once('/') {
        Some((host, length)) => (host, Some(length)),
        None => (text, None),
    };
    let ip = address(host)?.ip;
    let bits = if ip.is_ipv4() { 32 } else { 128 };
    let length: u32 = match length {
        None => bits,
        Some(length) if length.bytes().all(|byte| byte.is_ascii_digit()) => length.parse().ok()?,
        Some(_) => return None,
    };
    if length > bits {
        return None;
    }
    let number = match ip {
        IpAddr::V4(ip) => u128::from(u32::from(ip)),
        IpAddr::V6(ip) => u128::from(ip),
    };
    let behind = (1_u128.checked_shl(bits - length).unwrap_or(0)).wrapping_sub(1);
    let behind = if bits - length == 128 {
        u128::MAX
    } else {
        behind
    };
    Some(if number & behind == 0 {
        Network::Exact
    } else {
        Network::HostBits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let read = address(text).map(|address| address.ip.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn addresses_are_read_strictly_and_never_as_octal() {
        check("10.40.0.1", Some("10.40.0.1"));
        check(" 10.40.0.1 ", Some("10.40.0.1"));
        check("010.040.000.001", Some("10.40.0.1"));
        check("2001:DB8::0001", Some("2001:db8::1"));
        for bad in [
            "10.0.0.300",
            "10.0.0.1/24",
            "fe80::1%eth0",
            "10",
            "1.2.3",
            "1.2.3.4.5",
            "1..2.3",
            "+1.2.3.4",
            "",
            "0010.0.0.1",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn macs_come_out_in_one_form() {
        for same in [
            "00:11:22:AA:bb:cc",
            "00-11-22-aa-bb-cc",
            "0011.22AA.bbcc",
            "001122aabbcc",
        ] {
            assert_eq!(mac(same).as_deref(), Some("00:11:22:aa:bb:cc"), "{same}");
        }
        for bad in [
            "",
            "not-a-mac",
            "00:11:22:33:44:55:66:77",
            "00:11:22:aa:bb:cg",
            "é0:11:22:aa:bb:c",
        ] {
            assert_eq!(mac(bad), None, "{bad}");
        }
    }

    #[test]
    fn routes_are_networks() {
        assert_eq!(network("0.0.0.0/0"), Some(Network::Exact));
        assert_eq!(network("::/0"), Some(Network::Exact));
        assert_eq!(network("10.0.0.0/24"), Some(Network::Exact));
        assert_eq!(network("10.0.0.5/24"), Some(Network::HostBits));
        assert_eq!(network("10.0.0.5"), Some(Network::Exact));
        assert_eq!(network("2001:db8::/32"), Some(Network::Exact));
        for bad in [
            "banana",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::/129",
        ] {
            assert_eq!(network(bad), None, "{bad}");
        }
    }
}
