//! `auth_user` and `nodeshot_userprofile`: the people who ran the old site, and the small tables
//! that Django kept beside them.

use anyhow::Result;
use djangohashers::{Algorithm, DjangoVersion, make_password_core};
use rand::RngExt;

use super::clock;
use super::loom::Loom;
use super::nodes::characters;
use super::plan::{Plan, Stream};
use super::rows::{ContentTypeRow, PermissionRow, ProfileRow, Row, SiteRow, UserRow};
use super::sink::Sink;
use super::spec::Oddities;

/// Admins whose password is known, with that password. In a clean world their hashes are of one
/// kind; with oddities each has another one.
pub const ADMIN_PASSWORDS: [(&str, &str); 5] = [
    ("admin", "ponte radio 2009"),
    ("lferri", "antenna direttiva"),
    ("mgatti", "cavo schermato"),
    ("pneri", "palo zincato"),
    ("smonti", "traliccio alto"),
];

/// Oddities of the two tables, each with its table.
pub(super) const ODDITIES: &[(&str, &str)] = &[
    ("admin-password-sha1", UserRow::TABLE),
    ("admin-password-md5", UserRow::TABLE),
    ("admin-password-pbkdf2", UserRow::TABLE),
    ("admin-password-unsalted-md5", UserRow::TABLE),
    ("admin-password-unusable", UserRow::TABLE),
    ("admin-email-blank", UserRow::TABLE),
    ("admin-emails-differ-by-case", UserRow::TABLE),
    ("admin-owns-nodes", UserRow::TABLE),
    ("admin-email-malformed", UserRow::TABLE),
    ("admin-joined-zero", UserRow::TABLE),
    ("profile-of-missing-user", ProfileRow::TABLE),
];

const ADMINS: [(&str, &str, &str); 20] = [
    ("admin", "", ""),
    ("lferri", "Luca", "Ferri"),
    ("mgatti", "Marta", "Gatti"),
    ("pneri", "Paolo", "Neri"),
    ("smonti", "Serena", "Monti"),
    ("gconti", "Guido", "Conti"),
    ("vserra", "Viola", "Serra"),
    ("script", "", ""),
    ("dbruni", "Dario", "Bruni"),
    ("db", "Dario", "Bruni"),
    ("eriva", "Ettore", "Riva"),
    ("fsala", "Flavio", "Sala"),
    ("rpoli", "Rita", "Poli"),
    ("mappa", "", ""),
    ("csanna", "Carlo", "Sanna"),
    ("tpace", "Teresa", "Pace"),
    ("ugola", "Ugo", "Lai"),
    ("bvilla", "Bruno", "Villa"),
    ("nlenzi", "Nicola", "Lenzi"),
    ("amele", "Alice", "Mele"),
];

pub(super) fn write(loom: &mut Loom, sink: &impl Sink) -> Result<()> {
    let mut users: Vec<UserRow> = (0..ADMINS.len())
        .map(|number| user(&loom.plan, number))
        .collect();
    let mut profiles: Vec<ProfileRow> = users
        .iter()
        .map(|user| ProfileRow {
            id: user.id,
            user_id: user.id,
            receive_notifications: user.id % 3 != 0,
        })
        .collect();
    if loom.plan.spec.oddities != Oddities::LeftOut {
        spoil(loom, &mut users, &mut profiles);
    }
    put_all(sink, &users)?;
    put_all(sink, &profiles)?;
    write_django(sink)
}

fn user(plan: &Plan, number: usize) -> UserRow {
    let mut rng = plan.rng(Stream::Admin, number);
    let rng = &mut rng;
    let (username, first_name, last_name) = ADMINS[number];
    let known = ADMIN_PASSWORDS.iter().find(|(known, _)| *known == username);
    let password = known.map_or_else(
        || characters(rng, b"abcdefghkmnpqrstuvwxyz23456789", 16),
        |(_, password)| (*password).to_owned(),
    );
    let joined = rng.random_range(0..clock::DAYS / 2);
    let seen = rng.random_range(joined + 1..clock::DAYS);
    UserRow {
        id: number as i64 + 1,
        username: username.into(),
        first_name: first_name.into(),
        last_name: last_name.into(),
        email: format!("{username}@direttivo.example").into(),
        password: hashed(plan, number, &password, Algorithm::SHA1).into(),
        is_staff: number < 15,
        is_active: number != 18,
        is_superuser: number < 3,
        last_login: clock::moment(plan, rng, seen).into(),
        date_joined: clock::moment(plan, rng, joined).into(),
    }
}

// As Django 1.3 and 1.4 wrote them, the year of the two deciding the salt.
fn hashed(plan: &Plan, number: usize, password: &str, algorithm: Algorithm) -> String {
    let mut rng = plan.rng(Stream::Admin, ADMINS.len() + number);
    let salt = match algorithm {
        Algorithm::PBKDF2 => characters(&mut rng, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij", 12),
        Algorithm::UnsaltedMD5 => String::new(),
        _ => characters(&mut rng, b"0123456789abcdef", 5),
    };
    make_password_core(password, &salt, algorithm, DjangoVersion::V1_4)
}

fn spoil(loom: &mut Loom, users: &mut [UserRow], profiles: &mut [ProfileRow]) {
    let kinds = [
        ("admin-password-pbkdf2", 0, Algorithm::PBKDF2),
        ("admin-password-sha1", 1, Algorithm::SHA1),
        ("admin-password-md5", 2, Algorithm::MD5),
        ("admin-password-unsalted-md5", 3, Algorithm::UnsaltedMD5),
        ("admin-password-pbkdf2", 4, Algorithm::PBKDF2),
    ];
    for (name, number, algorithm) in kinds {
        let (_, password) = ADMIN_PASSWORDS[number];
        users[number].password = hashed(&loom.plan, number, password, algorithm).into();
        mark(loom, name, &users[number], None);
    }
    users[5].password = "!".into();
    mark(loom, "admin-password-unusable", &users[5], None);
    for number in [6, 7] {
        users[number].email = "".into();
        mark(loom, "admin-email-blank", &users[number], None);
    }
    users[9].email = "DBruni@Direttivo.example".into();
    mark(
        loom,
        "admin-emails-differ-by-case",
        &users[9],
        Some(&users[8]),
    );
    let owned = (0..loom.plan.spec.nodes).find(|&node| loom.is_plain_node(node));
    if let Some(node) = owned {
        users[10].email = loom.plan.owner(node).email.into();
        mark(loom, "admin-owns-nodes", &users[10], None);
    }
    users[11].email = "fsala at direttivo".into();
    mark(loom, "admin-email-malformed", &users[11], None);
    if loom.holds("admin-joined-zero") {
        users[12].date_joined = "0000-00-00 00:00:00".into();
        mark(loom, "admin-joined-zero", &users[12], None);
    }
    let last = profiles.len() - 1;
    profiles[last].user_id += 1000;
    loom.marks.add(
        "profile-of-missing-user",
        ProfileRow::TABLE,
        profiles[last].id,
        Vec::new(),
    );
}

fn mark(loom: &mut Loom, name: &str, user: &UserRow, partner: Option<&UserRow>) {
    let partners = partner.map(|user| user.id).into_iter().collect();
    loom.marks.add(name, UserRow::TABLE, user.id, partners);
}

fn put_all<R: Row>(sink: &impl Sink, rows: &[R]) -> Result<()> {
    let mut put = sink.open(R::TABLE, R::COLUMNS)?;
    rows.iter().try_for_each(|row| put(&row.cells()))
}

fn write_django(sink: &impl Sink) -> Result<()> {
    const MODELS: [(&str, &str); 10] = [
        ("auth", "permission"),
        ("auth", "user"),
        ("sites", "site"),
        ("nodeshot", "node"),
        ("nodeshot", "device"),
        ("nodeshot", "hna"),
        ("nodeshot", "interface"),
        ("nodeshot", "link"),
        ("nodeshot", "statistic"),
        ("nodeshot", "contact"),
    ];
    let types: Vec<ContentTypeRow> = (1..)
        .zip(MODELS)
        .map(|(id, (app, model))| ContentTypeRow {
            id,
            name: model.into(),
            app_label: app.into(),
            model: model.into(),
        })
        .collect();
    let permissions: Vec<PermissionRow> = (1..)
        .zip(MODELS.iter().zip(1..).flat_map(|((_, model), of)| {
            ["add", "change", "delete"].map(|verb| (verb, *model, of))
        }))
        .map(|(id, (verb, model, of))| PermissionRow {
            id,
            name: format!("Can {verb} {model}").into(),
            content_type_id: of,
            codename: format!("{verb}_{model}").into(),
        })
        .collect();
    let site = SiteRow {
        id: 1,
        domain: "mappa.rete.example".into(),
        name: "Mappa dei nodi".into(),
    };
    put_all(sink, &types)?;
    put_all(sink, &permissions)?;
    put_all(sink, &[site])
}
