//! Each oddity, and what the import makes of it.

/// What must be so for an odd row.
#[derive(Debug)]
pub enum Expect {
    /// A finding with this code about this row, whose id stands for `{}`.
    Found(&'static str, &'static str),
    /// A query of the store, with the legacy file attached as `old`, gives 1. The row's id is
    /// `?1`, its partner's `?2`; the shipped world goes into an empty store, so ids are kept.
    Holds(&'static str),
}
use Expect::{Found, Holds};

/// The row is in the store, its text as it was: what it looks like is no reason to touch it.
macro_rules! verbatim {
    ($table:literal, $old:literal, $column:literal) => {
        &[Holds(concat!(
            "SELECT count(*) FROM ",
            $table,
            " n JOIN old.",
            $old,
            " o USING (id) WHERE n.id = ?1 AND n.",
            $column,
            " = o.",
            $column
        ))]
    };
}

macro_rules! node {
    ($condition:literal) => {
        Holds(concat!(
            "SELECT count(*) FROM nodes n LEFT JOIN users u ON u.id = n.user_id WHERE n.id = ?1 AND ",
            $condition
        ))
    };
}

macro_rules! of {
    ($table:literal, $condition:literal) => {
        Holds(concat!(
            "SELECT count(*) FROM ",
            $table,
            " WHERE id = ?1 AND ",
            $condition
        ))
    };
}

/// An extra address of the owner.
macro_rules! extra {
    ($address:literal) => {
        Holds(concat!(
            "SELECT count(*) FROM nodes n JOIN email_addresses e USING (user_id) WHERE n.id = ?1 AND e.email = ",
            $address, " AND NOT e.is_verified AND NOT e.is_primary"
        ))
    };
}

/// The address is refused, its text kept with the interface.
macro_rules! refused_ip {
    ($code:literal, $key:literal, $column:literal) => {
        &[
            Found($code, concat!("ip_addresses {}/", $key)),
            Holds(concat!(
                "SELECT count(*) FROM interfaces i JOIN old.nodeshot_interface o USING (id) WHERE i.id = ?1 AND i.data ->> '",
                $column, "' = o.", $column
            )),
        ]
    };
}

const MAC: &[Expect] = &[Holds(
    "SELECT i.mac = lower(substr(h, 1, 2) || ':' || substr(h, 3, 2) || ':' || substr(h, 5, 2) || ':' || \
     substr(h, 7, 2) || ':' || substr(h, 9, 2) || ':' || substr(h, 11, 2)) \
     FROM interfaces i JOIN (SELECT id, replace(replace(replace(mac_address, ':', ''), '-', ''), '.', '') AS h \
     FROM old.nodeshot_interface) o USING (id) WHERE i.id = ?1",
)];
const NO_MAC: &[Expect] = &[
    Found("bad-mac", "interfaces {}"),
    of!("interfaces", "mac IS NULL AND data ->> 'mac_address' <> ''"),
];
const BAD_PLACE: &[Expect] = &[
    Found("bad-coordinates", "nodes {}"),
    Holds("SELECT count(*) = 0 FROM nodes WHERE id = ?1"),
];
const OFF_LIST: &[Expect] = &[
    Found("channel-off-list", "interfaces {}"),
    Holds(
        "SELECT i.channel = o.wireless_channel FROM interfaces i JOIN old.nodeshot_interface o USING (id) WHERE id = ?1",
    ),
];
const PASSWORD: &[Expect] = verbatim!("users", "auth_user", "password");
const NODE_NAME: &[Expect] = verbatim!("nodes", "nodeshot_node", "name");
const NODE_SLUG: &[Expect] = verbatim!("nodes", "nodeshot_node", "slug");
const DEVICE_NAME: &[Expect] = verbatim!("devices", "nodeshot_device", "name");
const NO_CNAME: &[Expect] = &[
    Found("no-cname", "devices {}"),
    of!("devices", "data ->> 'cname' IS NULL"),
];
const NO_OWNER: &[Expect] = &[
    Found("no-owner", "nodes {}"),
    node!("n.user_id IS NULL AND n.data ->> 'email' <> ''"),
];
const ON_BORDER: &[Expect] = &[Holds(
    "SELECT l.area IS NOT NULL FROM nodes n JOIN layers l ON l.id = n.layer_id WHERE n.id = ?1",
)];

#[rustfmt::skip]
pub const TABLE: &[(&str, &[Expect])] = &[
    // nodes: who owns them
    ("owner-null", &[node!("u.username = 'persona' || ?1")]),
    ("owner-blank-email-without-at", NO_OWNER),
    ("email-two-ats", NO_OWNER),
    ("email-empty", &[Found("no-owner", "nodes {}"), node!("n.user_id IS NULL AND n.data ->> 'owner' <> ''")]),
    ("email-spaces", &[Holds("SELECT u.email = trim(o.email) FROM old.nodeshot_node o JOIN nodes n USING (id) JOIN users u ON u.id = n.user_id WHERE o.id = ?1")]),
    ("emails-differ-by-case", &[Holds("SELECT count(DISTINCT user_id) = 1 FROM nodes WHERE id IN (?1, ?2)")]),
    ("namesake", &[Holds("SELECT count(DISTINCT u.id) = 2 AND count(DISTINCT u.username) = 2 AND count(DISTINCT u.last_name) = 1 AND count(DISTINCT rtrim(u.username, '0123456789')) = 1 FROM nodes n JOIN users u ON u.id = n.user_id WHERE n.id IN (?1, ?2)")]),
    ("owner-three-parts", &[node!("u.first_name = 'Maria' AND u.last_name = 'de Luca Rossi'")]),
    ("owner-inner-capital", &[node!("u.first_name = 'Ronald' AND u.last_name = 'McDonald'")]),
    ("owner-double-space", &[node!("u.first_name = 'Mario' AND u.last_name = 'Rossini'")]),
    ("owner-leading-space", &[node!("u.first_name = 'Giulia' AND u.last_name = 'Verdini'")]),
    ("owner-lower-case", &[node!("u.first_name = 'Anna' AND u.last_name = 'Verdone'")]),
    ("owner-non-latin", &[node!("u.first_name = 'Жора' AND u.username = 'zhora'")]),
    ("owner-emoji", &[node!("u.first_name = '😀🎉' AND u.username <> '' AND u.username NOT GLOB '*[^a-z0-9-]*'")]),
    ("owner-invalid-utf8", &[Found("not-text", "nodes {}"), node!("u.last_name = 'Verga' AND n.data ->> 'owner' = '4e69636f6cf2205665726761'")]),
    ("owner-blank-email-long", &[node!("u.username = 'una-persona-dal-nome-lunghissimo-' || ?1 AND u.first_name = 'Una' AND u.last_name = 'Persona Dal Nome Lunghissimo ' || ?1")]),
    ("extra-emails-null", &[node!("u.id IS NOT NULL AND n.data ->> 'email2' IS NULL")]),
    ("extra-emails-blank", &[node!("u.id IS NOT NULL AND n.data ->> 'email2' IS NULL AND (SELECT count(*) FROM email_addresses WHERE trim(email) = '') = 0")]),
    ("extra-emails-filled", &[extra!("'lavoro' || ?1 || '@studio.example'"), extra!("'casa' || ?1 || '@posta.example'")]),
    ("extra-email-malformed", &[Found("email-malformed", "nodes {}"), node!("n.data ->> 'email2' = 'mario at posta'")]),
    ("extra-email-of-another", &[extra!("(SELECT email FROM old.nodeshot_node WHERE id = ?2)")]),
    ("node-password-blank", &[node!("n.data ->> 'password' IS NULL")]),
    // nodes: names and slugs
    ("name-over-long", NODE_NAME),
    ("description-over-long", verbatim!("nodes", "nodeshot_node", "description")),
    ("slug-blank", &[node!("n.slug <> '' AND n.slug NOT GLOB '*[^a-z0-9-]*'")]),
    ("names-equal-after-slugging", NODE_SLUG),
    ("slugs-equal-by-case", NODE_SLUG),
    ("slugs-equal-after-slugging", NODE_SLUG),
    ("name-non-latin", NODE_NAME),
    ("name-emoji", NODE_NAME),
    ("name-escape-sequence", NODE_NAME),
    ("name-bell", NODE_NAME),
    ("name-markup-script", NODE_NAME),
    ("name-markup-cell", NODE_NAME),
    ("name-right-to-left", NODE_NAME),
    ("name-empty", &[node!("n.name = '' AND n.slug <> ''")]),
    ("description-nul", &[Found("nul-removed", "nodes {}"), node!("n.description = 'primadopo'")]),
    ("description-invalid-utf8", &[Found("not-text", "nodes {}"), node!("n.description LIKE 'Vicino alla citt%vecchia' AND n.data ->> 'description' LIKE '%e0%'")]),
    ("texts-empty", &[node!("n.description IS NULL AND n.notes IS NULL")]),
    ("postal-code-blank", &[node!("n.data ->> 'postal_code' IS NULL")]),
    // nodes: where they stand
    ("on-border-vertex", ON_BORDER),
    ("on-border-edge", ON_BORDER),
    ("in-two-layers", &[Found("layer-undecided", "nodes {}"), Holds("SELECT count(*) = 0 FROM nodes WHERE id = ?1")]),
    ("outside-layers", &[Found("outside-layers", "nodes {}"), Holds("SELECT count(*) = 0 FROM nodes WHERE id = ?1")]),
    ("coordinates-swapped", &[Found("coordinates-swapped", "nodes {}"), Found("outside-layers", "nodes {}")]),
    ("latitude-impossible", BAD_PLACE),
    ("longitude-impossible", BAD_PLACE),
    ("latitude-nan-text", BAD_PLACE),
    ("longitude-infinite-text", BAD_PLACE),
    ("latitude-infinite", BAD_PLACE),
    ("altitude-text", &[Found("not-a-number", "nodes {}"), node!("n.elevation IS NULL AND n.data ->> 'alt' = 'abc'")]),
    // nodes: what became of them, and when (the clock is Rome's)
    ("status-unknown", &[Found("status-unknown", "nodes {}"), node!("n.data ->> 'status' = 'x' AND n.status_id = (SELECT id FROM statuses WHERE slug = 'potential')")]),
    ("status-blank", &[Found("status-unknown", "nodes {}"), node!("n.status_id = (SELECT id FROM statuses WHERE slug = 'potential')")]),
    ("unconfirmed-with-dependants", &[Found("unconfirmed", "nodes {}"), Holds("SELECT count(*) > 0 AND count(d.id) = 0 FROM old.nodeshot_device o LEFT JOIN devices d USING (id) WHERE o.node_id = ?1")]),
    ("added-zero", &[Found("zero-time", "nodes {}"), node!("n.added IS NULL")]),
    ("added-unreadable", &[Found("unreadable-time", "nodes {}"), node!("n.added IS NULL AND n.data ->> 'added' = 'yesterday'")]),
    ("added-in-summer-gap", &[Found("time-skipped", "nodes {}"), node!("n.added = '2012-03-25 01:30:00'")]),
    ("added-in-autumn-overlap", &[Found("time-ambiguous", "nodes {}"), node!("n.added = '2011-10-30 00:30:00'")]),
    ("updated-zero", &[Found("zero-time", "nodes {}"), node!("n.updated IS NULL")]),
    // the old site's accounts; that the passwords log in is a test of its own
    ("admin-password-pbkdf2", PASSWORD),
    ("admin-password-sha1", PASSWORD),
    ("admin-password-md5", PASSWORD),
    ("admin-password-unsalted-md5", PASSWORD),
    ("admin-password-unusable", PASSWORD),
    ("admin-email-blank", &[of!("users", "email IS NULL AND data ->> 'email' IS NULL")]),
    ("admin-emails-differ-by-case", &[Found("email-shared", "users {}"), of!("users", "email IS NULL AND data ->> 'email' = 'DBruni@Direttivo.example'"), Holds("SELECT email = 'dbruni@direttivo.example' FROM users WHERE id = ?2")]),
    ("admin-owns-nodes", &[Holds("SELECT count(*) > 0 FROM nodes n JOIN old.nodeshot_node o USING (id) JOIN users u ON u.id = n.user_id WHERE u.id = ?1 AND o.email = u.email")]),
    ("admin-email-malformed", &[Found("email-malformed", "users {}"), of!("users", "email IS NULL AND data ->> 'email' = 'fsala at direttivo'")]),
    ("admin-joined-zero", &[Found("zero-time", "users {}"), of!("users", "date_joined IS NULL")]),
    // profile 20 is of user 1020; the wish of nobody is nobody else's
    ("profile-of-missing-user", &[Found("profile-without-account", "users 10{}"), Holds("SELECT receives_notifications FROM users WHERE id = ?1")]),
    // devices and their routes
    ("device-cname-null", NO_CNAME),
    ("device-cname-null-again", NO_CNAME),
    ("device-cname-blank", NO_CNAME),
    ("device-cname-over-long", &[Holds("SELECT d.data ->> 'cname' = o.cname AND length(o.cname) > 30 FROM devices d JOIN old.nodeshot_device o USING (id) WHERE id = ?1")]),
    ("device-of-missing-node", &[Found("orphan", "devices {}")]),
    ("device-protocol-unlisted", &[Holds("SELECT p.name = 'babel' FROM device_routing_protocols d JOIN routing_protocols p ON p.id = d.routing_protocol_id WHERE d.device_id = ?1")]),
    ("device-protocol-blank", &[Holds("SELECT count(*) = 0 FROM device_routing_protocols WHERE device_id = ?1"), of!("devices", "1")]),
    ("device-protocol-other-case", &[Holds("SELECT p.name = 'OLSR' FROM device_routing_protocols d JOIN routing_protocols p ON p.id = d.routing_protocol_id WHERE d.device_id = ?1")]),
    ("device-type-null", &[of!("devices", "type = 'radio' AND data ->> 'model' IS NULL")]),
    ("device-name-escape-sequence", DEVICE_NAME),
    ("device-name-emoji", DEVICE_NAME),
    ("device-name-markup", DEVICE_NAME),
    ("device-added-zero", &[Found("zero-time", "devices {}"), of!("devices", "added IS NULL")]),
    ("device-updated-unreadable", &[Found("unreadable-time", "devices {}"), of!("devices", "updated IS NULL AND data ->> 'updated' = 'yesterday'")]),
    ("hna-default-route", &[of!("routes", "destination = '0.0.0.0/0'")]),
    ("hna-bad-route", &[Found("bad-route", "routes {}")]),
    ("hna-host-bits", &[Found("route-host-bits", "routes {}"), of!("routes", "destination = '10.0.0.5/24'")]),
    ("hna-of-missing-device", &[Found("orphan", "routes {}")]),
    // interfaces and their addresses
    ("interface-of-missing-device", &[Found("orphan", "interfaces {}")]),
    ("interface-type-unknown", &[Found("interface-type-unknown", "interfaces {}"), of!("interfaces", "type = 'virtual' AND data ->> 'type' = 'zigbee'")]),
    ("interface-cname-null", &[Found("no-cname", "interfaces {}"), Holds("SELECT i.name = o.type FROM interfaces i JOIN old.nodeshot_interface o USING (id) WHERE id = ?1")]),
    ("interface-without-address", &[of!("interfaces", "mac IS NULL"), Holds("SELECT count(*) = 0 FROM ip_addresses WHERE interface_id = ?1")]),
    ("interface-updated-zero", &[Found("zero-time", "interfaces {}"), of!("interfaces", "updated IS NULL")]),
    ("ipv4-out-of-range", refused_ip!("bad-address", "4", "ipv4_address")),
    ("ipv4-with-prefix", refused_ip!("bad-address", "4", "ipv4_address")),
    ("ipv4-one-number", refused_ip!("bad-address", "4", "ipv4_address")),
    ("ipv4-three-parts", refused_ip!("bad-address", "4", "ipv4_address")),
    ("ipv4-blank", &[of!("interfaces", "data ->> 'ipv4_address' IS NULL"), Holds("SELECT count(*) = 0 FROM ip_addresses WHERE interface_id = ?1 AND protocol = 'ipv4'")]),
    ("ipv4-zero-padded", &[Found("address-zero-padded", "ip_addresses {}/4"), Holds("SELECT a.address = replace(replace(replace('.' || o.ipv4_address, '.0', '.'), '.0', '.'), '.', '') OR a.address <> o.ipv4_address FROM ip_addresses a JOIN old.nodeshot_interface o ON o.id = a.interface_id WHERE o.id = ?1 AND a.protocol = 'ipv4'")]),
    ("ipv4-plain-and-padded", refused_ip!("address-taken", "4", "ipv4_address")),
    ("ipv6-with-zone", refused_ip!("bad-address", "6", "ipv6_address")),
    ("ipv6-not-an-address", refused_ip!("bad-address", "6", "ipv6_address")),
    ("ipv6-two-spellings", refused_ip!("address-taken", "6", "ipv6_address")),
    ("mac-not-one", NO_MAC),
    ("mac-blank", &[of!("interfaces", "mac IS NULL AND data ->> 'mac_address' IS NULL")]),
    ("mac-eui64", NO_MAC),
    ("mac-dashes", MAC),
    ("mac-dots", MAC),
    ("mac-bare", MAC),
    ("mac-upper-case", MAC),
    ("mac-two-spellings", &[Holds("SELECT count(*) = 2 AND count(DISTINCT mac) = 1 FROM interfaces WHERE id IN (?1, ?2)")]),
    ("channel-2432", OFF_LIST),
    ("channel-5865", OFF_LIST),
    ("channel-auto", OFF_LIST),
    ("mode-unknown", &[of!("interfaces", "type = 'wireless' AND mode = 'monit'")]),
    ("polarity-unknown", &[of!("interfaces", "data ->> 'wireless_polarity' = 'x'")]),
    ("essid-without-bssid", &[Holds("SELECT essid <> '' AND bssid IS NULL FROM vaps WHERE interface_id = ?1")]),
    ("bssid-without-essid", &[Holds("SELECT bssid <> '' AND essid IS NULL FROM vaps WHERE interface_id = ?1")]),
    ("wifi-without-vap", &[of!("interfaces", "type = 'wireless'"), Holds("SELECT count(*) = 0 FROM vaps WHERE interface_id = ?1")]),
    ("bssid-free-text", &[Holds("SELECT bssid = 'bssidtest' FROM vaps WHERE interface_id = ?1")]),
    ("essid-emoji", &[Holds("SELECT essid = 'casa 🏠 rete' FROM vaps WHERE interface_id = ?1")]),
    // links
    ("link-to-missing-interface", &[Found("orphan", "links {}")]),
    ("link-of-unconfirmed", &[Found("parent-left-out", "links {}")]),
    ("link-to-itself", &[Found("self-link", "links {}")]),
    ("link-both-directions", &[Found("link-both-directions", "links {}"), Holds("SELECT count(*) = 2 FROM links WHERE id IN (?1, ?2)")]),
    ("link-twice", &[Holds("SELECT count(*) = 2 FROM links WHERE id IN (?1, ?2)")]),
    ("link-ethernet", &[of!("links", "type = 'ethernet'")]),
    ("link-hidden", &[of!("links", "access_level = 3")]),
    ("link-rates-zero", &[of!("links", "min_rate IS NULL AND max_rate IS NULL")]),
    ("link-rate-one-unknown", &[of!("links", "min_rate = 54 AND max_rate = 54")]),
    ("link-rates-both", &[of!("links", "min_rate = 65 AND max_rate = 130")]),
    ("link-dbm-zero", &[of!("links", "dbm IS NULL")]),
    ("link-etx-zero", &[of!("links", "metric_value IS NULL")]),
    ("link-etx-text", &[Found("not-a-number", "links {}"), of!("links", "metric_value IS NULL AND data ->> 'etx' = 'n/a'")]),
    ("link-to-vpn", &[of!("links", "type = 'virtual'")]),
    // statistics and messages
    ("statistic-date-zero", &[Found("zero-time", "statistics {}"), of!("network_statistics", "added IS NULL AND links >= 0")]),
    ("contact-of-missing-node", &[Found("orphan", "contacts {}")]),
    ("contact-of-unconfirmed", &[Found("parent-left-out", "contacts {}")]),
    ("contact-blank-email", &[of!("contacts", "user_id IS NULL AND from_email = ''")]),
    ("contact-short-message", &[of!("contacts", "message = 'Ciao!'")]),
    ("contact-from-account", &[Holds("SELECT c.user_id = n.user_id FROM contacts c JOIN nodes n ON n.id = c.node_id WHERE c.id = ?1")]),
    ("contact-with-referrer", &[of!("contacts", "http_referer = 'http://mappa.rete.example/overview/'")]),
    ("contact-bad-ip", &[Found("bad-contact-ip", "contacts {}"), of!("contacts", "ip IS NULL AND data ->> 'ip' = 'unknown'")]),
    ("contact-date-unreadable", &[Found("unreadable-time", "contacts {}"), of!("contacts", "added IS NULL AND data ->> 'date' = 'yesterday'")]),
    ("contact-markup", verbatim!("contacts", "nodeshot_contact", "message")),
];
