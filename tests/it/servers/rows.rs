//! Rows of an old site, in SQL that MySQL and PostgreSQL both take.

use std::fmt::Write as _;

/// Two accounts; as many nodes as said, each with a device, a radio and a message, all of the
/// same id; a link from each radio to the next, a route, a profile, and a day's statistics for
/// each node.
pub fn rows(nodes: i64) -> String {
    let mut sql = String::from(
        "INSERT INTO auth_user (id, username, first_name, last_name, email, password, is_staff, \
         is_active, is_superuser, last_login, date_joined) VALUES \
         (1, 'admin', 'Ada', 'Rossi', 'ada@posta.example', '!', TRUE, TRUE, TRUE, \
          '2012-05-01 12:00:00', '2010-01-01 12:00:00'), \
         (2, 'helper', '', '', 'helper@posta.example', '!', TRUE, TRUE, FALSE, \
          '2012-05-01 12:00:00', '2010-07-01 12:00:00');\
         INSERT INTO nodeshot_userprofile (id, user_id, receive_notifications) VALUES (1, 2, FALSE);",
    );
    for id in 1..=nodes {
        sql.push_str(&one_of_each(id));
    }
    for id in 1..nodes {
        let _ = write!(
            sql,
            "INSERT INTO nodeshot_link (id, from_interface_id, to_interface_id, etx, dbm, \
             sync_tx, sync_rx, hide) VALUES ({id}, {id}, {}, 1.5, -60, 54, 48, FALSE);",
            id + 1
        );
    }
    sql.push_str("INSERT INTO nodeshot_hna (id, device_id, route) VALUES (1, 1, '10.7.0.0/24')");
    sql
}

/// A node with a device, a radio and a message on it, and a day's statistics, all of one id.
pub fn one_of_each(id: i64) -> String {
    let times = "'2012-07-01 12:00:00', '2012-07-02 12:00:00'";
    let (high, low) = (id / 256 % 256, id % 256);
    format!(
        "INSERT INTO nodeshot_node (id, name, slug, owner, description, postal_code, email, \
         password, lat, lng, alt, status, added, updated) VALUES ({id}, 'Node {id}', 'node-{id}', \
         'Owner {id}', 'On the roof', '00100', 'owner{id}@posta.example', '', 41.5, 12.5, 30.25, \
         'a', {times});\
         INSERT INTO nodeshot_device (id, name, cname, type, node_id, routing_protocol, added, \
         updated) VALUES ({id}, 'Device {id}', 'device-{id}', 'NanoStation', {id}, 'olsr', {times});\
         INSERT INTO nodeshot_interface (id, ipv4_address, mac_address, type, cname, device_id, \
         draw_link, essid, status, added, updated) VALUES ({id}, '10.1.{high}.{low}', \
         '02:00:00:00:{high:02x}:{low:02x}', 'wifi', 'wlan{id}', {id}, TRUE, 'net', 'r', {times});\
         INSERT INTO nodeshot_statistic (id, active_nodes, potential_nodes, hotspots, links, km, \
         date) VALUES ({id}, 1, 2, 3, 4, 5.5, '2012-07-01 23:55:00');\
         INSERT INTO nodeshot_contact (id, node_id, from_name, from_email, message, ip, user_agent, \
         http_referer, accept_language, date) VALUES ({id}, {id}, 'Somebody', \
         'somebody@posta.example', 'Hello, may I join the network?', '203.0.113.5', '', '', 'it', \
         '2012-07-01 12:00:00');"
    )
}
