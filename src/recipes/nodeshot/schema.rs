//! nodeshot 0.9's tables, and what becomes of every column. The one place: the reader reads
//! what stands here, and the README's mapping tables are checked against it.

use crate::legacy_tables;

legacy_tables! {
    auth_user "auth_user" Required {
        id => Mapped("users.id");
        username => Mapped("users.username");
        first_name => Mapped("users.first_name");
        last_name => Mapped("users.last_name");
        email => Mapped("users.email, email_addresses.email");
        password => Mapped("users.password");
        is_staff => Mapped("users.is_staff");
        is_active => Mapped("users.is_active");
        is_superuser => Mapped("users.is_superuser");
        last_login => Data("last_login");
        date_joined => Mapped("users.date_joined");
    }
    userprofile "nodeshot_userprofile" Optional {
        id => LeftOut("a number that nothing refers to");
        user_id => Mapped("users.id");
        receive_notifications => Mapped("users.receives_notifications");
    }
    node "nodeshot_node" Required {
        id => Mapped("nodes.id");
        name => Mapped("nodes.name");
        slug => Mapped("nodes.slug");
        owner => Mapped("users.first_name, users.last_name, users.username");
        description => Mapped("nodes.description");
        postal_code => Data("postal_code");
        email => Mapped("users.email, nodes.user_id");
        email2 => Mapped("email_addresses.email");
        email3 => Mapped("email_addresses.email");
        password => LeftOut("a secret of the old site's node forms, in the clear while a node is unconfirmed; owners get accounts instead");
        lat => Mapped("nodes.latitude");
        lng => Mapped("nodes.longitude");
        alt => Mapped("nodes.elevation");
        status => Mapped("nodes.status_id");
        activation_key => LeftOut("a secret that confirms an e-mail address on the old site");
        notes => Mapped("nodes.notes");
        added => Mapped("nodes.added");
        updated => Mapped("nodes.updated");
    }
    device "nodeshot_device" Required {
        id => Mapped("devices.id");
        name => Mapped("devices.name");
        cname => Data("cname");
        description => Mapped("devices.description");
        kind ("type") => Data("model");
        node_id => Mapped("devices.node_id");
        routing_protocol => Mapped("routing_protocols.name");
        routing_protocol_version => Mapped("routing_protocols.version");
        added => Mapped("devices.added");
        updated => Mapped("devices.updated");
    }
    hna "nodeshot_hna" Optional {
        id => Mapped("routes.id");
        device_id => Mapped("routes.device_id");
        route => Mapped("routes.destination");
    }
    interface "nodeshot_interface" Required {
        id => Mapped("interfaces.id");
        ipv4_address => Mapped("ip_addresses.address");
        ipv6_address => Mapped("ip_addresses.address");
        mac_address => Mapped("interfaces.mac");
        kind ("type") => Mapped("interfaces.type");
        cname => Mapped("interfaces.name");
        device_id => Mapped("interfaces.device_id");
        draw_link => Data("draw_link");
        wireless_mode => Mapped("interfaces.mode");
        wireless_channel => Mapped("interfaces.channel");
        wireless_polarity => Data("wireless_polarity");
        essid => Mapped("vaps.essid");
        bssid => Mapped("vaps.bssid");
        status => Data("status");
        added => Mapped("interfaces.added");
        updated => Mapped("interfaces.updated");
    }
    link "nodeshot_link" Required {
        id => Mapped("links.id");
        from_interface_id => Mapped("links.interface_a_id");
        to_interface_id => Mapped("links.interface_b_id");
        etx => Mapped("links.metric_value");
        dbm => Mapped("links.dbm");
        sync_tx => Mapped("links.min_rate, links.max_rate");
        sync_rx => Mapped("links.min_rate, links.max_rate");
        hide => Mapped("links.access_level");
    }
    statistic "nodeshot_statistic" Optional {
        id => Mapped("network_statistics.id");
        active_nodes => Mapped("network_statistics.active_nodes");
        potential_nodes => Mapped("network_statistics.potential_nodes");
        hotspots => Mapped("network_statistics.hotspots");
        links => Mapped("network_statistics.links");
        km => Mapped("network_statistics.kilometres");
        date => Mapped("network_statistics.added");
    }
    contact "nodeshot_contact" Optional {
        id => Mapped("contacts.id");
        node_id => Mapped("contacts.node_id");
        from_name => Mapped("contacts.from_name");
        from_email => Mapped("contacts.from_email");
        message => Mapped("contacts.message");
        ip => Mapped("contacts.ip");
        user_agent => Mapped("contacts.user_agent");
        http_referer => Mapped("contacts.http_referer");
        accept_language => Mapped("contacts.accept_language");
        date => Mapped("contacts.added");
    }
}

/// Tables of Django, South and the databases themselves: they hold nothing of the network.
pub fn is_framework(table: &str) -> bool {
    table.starts_with("django_")
        || table.starts_with("south_")
        || matches!(
            table,
            "auth_permission"
                | "auth_group"
                | "auth_group_permissions"
                | "auth_user_groups"
                | "auth_user_user_permissions"
                | "auth_message"
        )
}
