//! What this recipe finds in a nodeshot 0.9 database; the engine's own codes stand in
//! `engine::codes`.

use crate::engine::codes::Code;

pub const CODES: &[Code] = &[
    Code::error(
        "address-taken",
        "Another interface has the same IP address.",
    ),
    Code::info(
        "address-zero-padded",
        "An IPv4 address is written with leading zeros.",
    ),
    Code::error("bad-address", "A text on an interface is no IP address."),
    Code::warning(
        "bad-contact-ip",
        "The sender's IP address of a message is none.",
    ),
    Code::error(
        "bad-coordinates",
        "A node's latitude or longitude is missing, no number, or not on earth.",
    ),
    Code::warning("bad-mac", "A text on an interface is no MAC address."),
    Code::error("bad-route", "A route is no network."),
    Code::info(
        "channel-off-list",
        "A wireless channel is not on nodeshot's list.",
    ),
    Code::warning(
        "coordinates-swapped",
        "A node lies outside every layer, and inside one with longitude and latitude swapped.",
    ),
    Code::warning(
        "decision-stale",
        "A recorded decision rests on other facts.",
    ),
    Code::info(
        "discarded-by-decision",
        "A person decided to leave a node out.",
    ),
    Code::warning("email-malformed", "A text is no e-mail address."),
    Code::warning(
        "email-shared",
        "Another account has the same e-mail address.",
    ),
    Code::error(
        "every-node-discarded",
        "Every confirmed node would be left out.",
    ),
    Code::warning(
        "interface-type-unknown",
        "An interface has a type that nodeshot 0.9 does not know.",
    ),
    Code::warning(
        "layer-swapped",
        "A layer's area holds nodes only with longitude and latitude swapped.",
    ),
    Code::warning(
        "layer-undecided",
        "A node lies in several layers, and nobody has decided yet.",
    ),
    Code::info(
        "link-both-directions",
        "Two links lead between the same interfaces, one each way.",
    ),
    Code::info(
        "links-not-imported",
        "Links are left out, because the configuration says so.",
    ),
    Code::info("no-cname", "A device or interface has no cname."),
    Code::warning(
        "no-owner",
        "A node has no usable e-mail address, and so no owner.",
    ),
    Code::warning(
        "no-snapshot",
        "Tables of the legacy database cannot be read in one state.",
    ),
    Code::warning("not-a-number", "A number's column holds something else."),
    Code::warning("not-text", "A text's column holds bytes that are no UTF-8."),
    Code::warning("nul-removed", "A text holds NUL characters."),
    Code::error("orphan", "A row's parent is not in the legacy database."),
    Code::warning(
        "outside-layers",
        "A node lies outside every layer, and there is no default layer.",
    ),
    Code::info("outside-layers-default", "A node lies outside every layer."),
    Code::error(
        "owner-email-malformed",
        "The e-mail address of a node's owner is none.",
    ),
    Code::info(
        "profile-without-account",
        "A profile belongs to no account.",
    ),
    Code::info("route-host-bits", "A route has bits set behind its mask."),
    Code::error("self-link", "A link leads from an interface to itself."),
    Code::warning("slug-taken", "Another node has the same slug."),
    Code::info(
        "status-unknown",
        "A node's status is none of nodeshot 0.9's.",
    ),
    Code::warning(
        "status-unmapped",
        "The mapping has nothing for a node's status, and no default.",
    ),
    Code::warning(
        "store-not-clean",
        "The store has nodes of its own before the first import.",
    ),
    Code::warning(
        "table-missing",
        "The legacy database lacks a table that it may lack.",
    ),
    Code::info(
        "time-ambiguous",
        "A local time occurs twice, because clocks were set back.",
    ),
    Code::info(
        "time-skipped",
        "A local time does not exist, because clocks were set forward.",
    ),
    Code::warning(
        "time-zone-assumed",
        "Nobody said which time zone the old server's clock had.",
    ),
    Code::info(
        "unconfirmed",
        "A node's e-mail address was never confirmed.",
    ),
    Code::warning("unknown-column", "A column is not nodeshot 0.9's."),
    Code::warning("unknown-table", "A table is not nodeshot 0.9's."),
    Code::warning("unreadable-time", "A time cannot be read."),
    Code::warning("zero-time", "A time is MySQL's zero date."),
];
