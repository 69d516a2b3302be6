//! Which oddities an engine's tables can't hold under the legacy DDL.
//!
//! SQLite holds them all. Elsewhere such a row takes its turn all the same but stays plain and out
//! of the manifest, so the worlds of one spec differ in nothing but these fields.

/// Not with MySQL or MariaDB, even outside strict mode and with `utf8mb4`: they cut, or make zero
/// of, what a column can't take, and their keys tell no case.
pub(super) const NOT_IN_MYSQL: &[&str] = &[
    "owner-invalid-utf8",
    "description-invalid-utf8",
    "name-over-long",
    "description-over-long",
    "slugs-equal-by-case",
    "latitude-nan-text",
    "longitude-infinite-text",
    "latitude-infinite",
    "altitude-text",
    "added-unreadable",
    "device-cname-over-long",
    "device-updated-unreadable",
    "ipv4-with-prefix",
    "mac-eui64",
    "link-etx-text",
    "contact-date-unreadable",
];

/// Nor with the `utf8` of old, of three bytes at most.
pub(super) const NOT_IN_UTF8MB3: &[&str] = &[
    "owner-emoji",
    "name-emoji",
    "device-name-emoji",
    "essid-emoji",
];

/// Nor with `latin1`.
pub(super) const NOT_IN_LATIN1: &[&str] = &[
    "owner-emoji",
    "name-emoji",
    "device-name-emoji",
    "essid-emoji",
    "owner-non-latin",
    "name-non-latin",
    "name-right-to-left",
];

/// Not with PostgreSQL: its `inet` has one spelling of each address, its times have no zero, its
/// text is UTF-8 without NUL and never too long.
pub(super) const NOT_IN_POSTGRES: &[&str] = &[
    "owner-invalid-utf8",
    "description-invalid-utf8",
    "description-nul",
    "name-over-long",
    "description-over-long",
    "altitude-text",
    "added-zero",
    "added-unreadable",
    "updated-zero",
    "admin-joined-zero",
    "device-cname-over-long",
    "device-added-zero",
    "device-updated-unreadable",
    "interface-updated-zero",
    "ipv4-out-of-range",
    "ipv4-one-number",
    "ipv4-three-parts",
    "ipv4-blank",
    "ipv4-zero-padded",
    "ipv4-plain-and-padded",
    "ipv6-with-zone",
    "ipv6-not-an-address",
    "ipv6-two-spellings",
    "mac-eui64",
    "link-etx-text",
    "statistic-date-zero",
    "contact-bad-ip",
    "contact-date-unreadable",
];

#[cfg(test)]
mod tests {
    use super::super::oddities;
    use super::*;

    #[test]
    fn what_is_not_held_are_oddities() {
        let lists = [NOT_IN_MYSQL, NOT_IN_UTF8MB3, NOT_IN_LATIN1, NOT_IN_POSTGRES];
        for name in lists.concat() {
            assert!(oddities().iter().any(|(known, _)| *known == name), "{name}");
        }
    }
}
