//! The tables that commands and the engine's journal know by name, for diesel's typed queries.
//! The engine writes data tables through [`crate::model::tables`] instead.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    users (id) {
        id -> BigInt,
        username -> Text,
        email -> Nullable<Text>,
        password -> Nullable<Text>,
        password_generated -> Bool,
        must_change_password -> Bool,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        is_active -> Bool,
        is_staff -> Bool,
        is_superuser -> Bool,
        date_joined -> Nullable<Instant>,
        last_login -> Nullable<Instant>,
        receives_notifications -> Bool,
        data -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    email_addresses (id) {
        id -> BigInt,
        user_id -> BigInt,
        email -> Text,
        is_verified -> Bool,
        is_primary -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    layers (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        description -> Nullable<Text>,
        organization -> Nullable<Text>,
        area -> Nullable<Json>,
        is_published -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    statuses (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        is_default -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    nodes (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        user_id -> Nullable<BigInt>,
        layer_id -> BigInt,
        status_id -> BigInt,
        longitude -> Double,
        latitude -> Double,
        elevation -> Nullable<Double>,
        description -> Nullable<Text>,
        notes -> Nullable<Text>,
        access_level -> BigInt,
        data -> Json,
        added -> Nullable<Instant>,
        updated -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    // what hangs on an account, no more
    contacts (id) {
        id -> BigInt,
        user_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    stream_devices (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        nickname -> Nullable<Text>,
        description -> Nullable<Text>,
        icon -> Nullable<Text>,
        api_key -> Nullable<Text>,
        is_enabled -> Bool,
        is_public -> Bool,
        role -> Nullable<Text>,
        is_visible -> Bool,
        is_user_editable -> Bool,
        data -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    streams (id) {
        id -> BigInt,
        stream_device_id -> BigInt,
        name -> Text,
        nickname -> Nullable<Text>,
        description -> Nullable<Text>,
        icon -> Nullable<Text>,
        schema -> Nullable<Text>,
        datatype -> Nullable<Text>,
        is_ephemeral -> Bool,
        has_downlink -> Bool,
        data -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    runs (id) {
        id -> BigInt,
        recipe -> Text,
        mode -> Text,
        outcome -> Text,
        started -> Instant,
        finished -> Instant,
        plan -> Nullable<Text>,
        source_kind -> Nullable<Text>,
        source_identity -> Nullable<Text>,
        stages -> Json,
        entities -> Json,
        notes -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    findings (id) {
        id -> BigInt,
        recipe -> Text,
        first_run -> BigInt,
        last_run -> Nullable<BigInt>,
        code -> Text,
        severity -> Text,
        stage -> Nullable<Text>,
        entity -> Nullable<Text>,
        legacy_id -> Nullable<Text>,
        name -> Nullable<Text>,
        message -> Text,
        cause -> Nullable<Json>,
        refuses -> Bool,
        identity -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    decisions (key) {
        key -> Text,
        answer -> Text,
        facts -> Text,
        answered -> Instant,
        answered_by -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    tokens (id) {
        id -> Text,
        user_id -> BigInt,
        kind -> Text,
        hash -> Text,
        label -> Nullable<Text>,
        created -> Instant,
        expires -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::columns::{Instant, Json};

    maintenance (kind) {
        kind -> Text,
        archive -> Nullable<Text>,
        succeeded -> Nullable<Bool>,
        message -> Text,
        started -> Instant,
        finished -> Nullable<Instant>,
        details -> Json,
    }
}

diesel::joinable!(nodes -> users (user_id));
diesel::joinable!(nodes -> layers (layer_id));
diesel::joinable!(nodes -> statuses (status_id));
diesel::joinable!(stream_devices -> users (user_id));
diesel::joinable!(streams -> stream_devices (stream_device_id));
diesel::allow_tables_to_appear_in_same_query!(stream_devices, streams, users);
diesel::allow_tables_to_appear_in_same_query!(users, email_addresses, nodes, layers, statuses);
diesel::allow_tables_to_appear_in_same_query!(tokens, users);
