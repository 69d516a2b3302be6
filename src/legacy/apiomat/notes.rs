//! What is to be said of a source beside the definition in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use super::System;
use crate::legacy::contents::Strange;
use crate::text::{printable, storable};

/// A kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Application,
    Customer,
    System,
    Module,
    Class,
    Attribute,
    Servercode,
}

impl Entity {
    /// Many of them.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Entity::Application => "applications",
            Entity::Customer => "customers",
            Entity::System => "systems",
            Entity::Module => "modules",
            Entity::Class => "classes",
            Entity::Attribute => "attributes",
            Entity::Servercode => "servercode",
        }
    }
}

/// One thing that a person should know of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file, the place in its JSON, the field of a collection, or the path of a row; may be
    /// empty. Not fit for a terminal: the name of a key is the source's.
    pub at: String,
    pub what: Oddity,
    /// How often, where it is the same each time.
    pub times: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// A value of another type; it is left out.
    WrongType {
        expected: &'static str,
        found: &'static str,
    },
    /// A row without a key that it needs.
    MissingKey,
    /// A key that Heirloom's own file does not have.
    UnknownKey,
    /// A key twice in one object; the last value counts.
    KeyTwice,
    /// A whole number of more than 64 bits; a part of its digits is lost.
    BigNumber,
    /// A system that is none.
    SystemUnknown(String),
    /// Classes or modules that do not say in which system they are.
    SystemsAssumed {
        entity: Entity,
        systems: Vec<System>,
    },
    /// Modules without a version.
    VersionAssumed,
    /// An address that says more of a module than its name.
    AddressGoesOn,
    /// Flags that this kind of source does not have.
    FlagsUnsaid,
    /// The application has only the name that was asked for.
    ApplicationUnsaid,
    /// Applications beside the one that was asked for.
    OtherApplications,
    /// Rows that belong to none of the application's.
    OtherRows(Entity),
    /// Rows that are there more than once, and the same each time.
    Repeated(Entity),
    /// One row that is there more than once, and not the same each time.
    Differing { entity: Entity, rows: u64 },
    /// Another text of the same kind; the first is read.
    OtherMetadata,
    /// An object, or a file, that is no part of what can be read.
    NotRead,
    /// What is neither file nor folder, or has no name.
    Strange(Strange),
    /// A collection that no key of the configuration names.
    Collection { documents: u64 },
    /// A field that no key of the configuration names.
    Field,
    /// Things of one kind beyond those that are listed; the code says which.
    More(&'static str),
    /// Texts of a row that had NUL in them.
    TextCleaned,
    /// A value too deep in others; it is left out.
    TooDeep,
    /// A document that cannot be understood, or a collection that breaks off.
    BadDocument(String),
    /// What the reader of dumps says of the dump.
    Dump(String),
    /// The customer that the application names is not in the dump.
    NoCustomer,
}

impl Note {
    /// Which kind of thing it is, as findings call it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.what {
            Oddity::WrongType { .. } => "wrong-type",
            Oddity::MissingKey => "key-missing",
            Oddity::UnknownKey => "key-left-out",
            Oddity::KeyTwice => "key-twice",
            Oddity::BigNumber => "number-rounded",
            Oddity::SystemUnknown(_) => "system-unknown",
            Oddity::SystemsAssumed { .. } => "systems-assumed",
            Oddity::VersionAssumed => "version-assumed",
            Oddity::AddressGoesOn => "address-unclear",
            Oddity::FlagsUnsaid => "flags-unsaid",
            Oddity::ApplicationUnsaid => "application-unsaid",
            Oddity::OtherApplications => "other-applications",
            Oddity::OtherRows(_) => "other-rows",
            Oddity::Repeated(_) => "listed-again",
            Oddity::Differing { .. } => "listed-differently",
            Oddity::OtherMetadata => "other-metadata",
            Oddity::NotRead | Oddity::Strange(_) | Oddity::Dump(_) => "not-read",
            Oddity::Collection { .. } => "collection-unnamed",
            Oddity::Field => "field-unnamed",
            Oddity::More(code) => code,
            Oddity::TextCleaned => "text-cleaned",
            Oddity::TooDeep => "too-deep",
            Oddity::BadDocument(_) => "document-unreadable",
            Oddity::NoCustomer => "customer-missing",
        }
    }
}

/// Fit for a terminal.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", printable(&self.at))?;
        }
        self.what.fmt(f)?;
        match self.times {
            1 => Ok(()),
            times => write!(f, " ({times} times)"),
        }
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Oddity::WrongType { expected, found } => {
                return write!(f, "it must be {expected}, but is {found}; it is left out");
            }
            Oddity::MissingKey => "it is missing",
            Oddity::UnknownKey => "no such key is known here; it is left out",
            Oddity::KeyTwice => "this key is there twice in one object; the last value counts",
            Oddity::BigNumber => "this number is too long to be kept digit by digit",
            Oddity::SystemUnknown(word) => {
                let word = printable(word);
                return write!(
                    f,
                    "{word:?} is no system (live, staging or test); it is left out"
                );
            }
            Oddity::SystemsAssumed { entity, systems } => {
                let words: Vec<&str> = systems.iter().map(|system| system.word()).collect();
                return write!(
                    f,
                    "the {} do not say in which system they are; they come into {}",
                    entity.word(),
                    words.join(", ")
                );
            }
            Oddity::VersionAssumed => "the module has no version; it is taken as 1.0.0",
            Oddity::AddressGoesOn => {
                "the address says more of the module than its name; only the name is taken"
            }
            Oddity::FlagsUnsaid => {
                "this kind of metadata does not say which classes are global, and which attributes are collections, references, mandatory, indexed or embedded; what is not said is taken as no"
            }
            Oddity::ApplicationUnsaid => {
                "there is no application in it, only classes; they are taken as those of the application that --app names"
            }
            Oddity::OtherApplications => "another application; it is not read",
            Oddity::OtherRows(entity) => {
                return write!(
                    f,
                    "{} that belong to nothing of the application; they are not read",
                    entity.word()
                );
            }
            Oddity::Repeated(entity) => {
                return write!(
                    f,
                    "{} are there again, the same each time; each is taken once",
                    entity.word()
                );
            }
            Oddity::Differing { rows, .. } => {
                return write!(
                    f,
                    "it is there {rows} times, and not the same each time; what only one of them has is taken, and otherwise the first counts"
                );
            }
            Oddity::OtherMetadata => "there are other metadata further on; the first are read",
            Oddity::NotRead => "it is no application, class or attribute, and not read",
            Oddity::Strange(strange) => return strange.fmt(f),
            Oddity::Collection { documents } => {
                return write!(
                    f,
                    "no key under [apiomat] names this collection of {documents} documents; it is not read"
                );
            }
            Oddity::Field => "no key under [apiomat] names this field; it is not kept",
            Oddity::More(_) => "there is more of the same kind, which is not listed one by one",
            Oddity::TextCleaned => "a text had NUL in it, which no store can hold; that is left out",
            Oddity::TooDeep => {
                "a value is in more than 64 arrays and objects; it is left out, or no file with it could be read again"
            }
            Oddity::BadDocument(reason) | Oddity::Dump(reason) => {
                return f.write_str(&printable(reason));
            }
            Oddity::NoCustomer => {
                "the customer that the application names is not in the dump; it comes in without one"
            }
        })
    }
}

/// A row that is not in the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub entity: Entity,
    /// As in a definition, with names as they came; of a row that cannot have one, its place in
    /// the source. No two rows of an entity have the same. Not fit for a terminal.
    pub path: String,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A name that is blank, or has a slash or a control sign in it.
    Name,
    /// A system that is none.
    System(String),
    /// What must be an object.
    NoObject { found: &'static str },
    /// No code in it.
    NoCode,
    /// What it belongs to is not named, or not there.
    NoOwner { owner: Entity },
    /// What it belongs to is named so that several rows could be meant.
    SeveralOwners { owner: Entity },
    /// Several rows have its name, by which alone it is asked for.
    SeveralOfName { entity: Entity },
    /// There are several applications, and its module may be any one's.
    SeveralApplications,
    /// It hangs on the row with this path, which is refused.
    HangsOn(String),
}

impl Reason {
    /// Which kind of thing it is, as findings call it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Reason::Name => "name-impossible",
            Reason::System(_) => "row-without-system",
            Reason::NoObject { .. } => "row-unreadable",
            Reason::NoCode => "code-missing",
            Reason::NoOwner { .. } => "owner-missing",
            Reason::SeveralOwners { .. }
            | Reason::SeveralOfName { .. }
            | Reason::SeveralApplications => "owner-unclear",
            Reason::HangsOn(_) => "parent-left-out",
        }
    }
}

/// Fit for a terminal.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Name => {
                f.write_str("its name is blank, or has a slash or a control sign in it")
            }
            Reason::System(word) => {
                let word = printable(word);
                write!(f, "{word:?} is no system: live, staging or test")
            }
            Reason::NoObject { found } => write!(f, "it must be an object, but is {found}"),
            Reason::NoCode => f.write_str("there is no code in it"),
            Reason::NoOwner { owner } => {
                write!(f, "it names none of the {} that are there", owner.word())
            }
            Reason::SeveralOwners { owner } => {
                write!(
                    f,
                    "several of the {} have the name that it gives",
                    owner.word()
                )
            }
            Reason::SeveralOfName { entity } => {
                write!(
                    f,
                    "several of the {} are meant by what the application names",
                    entity.word()
                )
            }
            Reason::SeveralApplications => f.write_str(
                "there are several applications in the source, and nothing says whose its module is; give the files of one alone",
            ),
            Reason::HangsOn(path) => {
                write!(f, "it hangs on {}, which is refused", printable(path))
            }
        }
    }
}

/// Fit for a terminal.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", printable(&self.path), self.reason)
    }
}

/// So many notes of one code are listed; the others are counted.
pub const LISTED: u64 = 100;

/// Collects them; readers share it.
#[derive(Default)]
pub(super) struct Notes {
    notes: RefCell<Vec<Note>>,
    /// By code: how many are listed, and how often there was something beyond them.
    numbers_of_notes: RefCell<BTreeMap<&'static str, (u64, u64)>>,
    refused: RefCell<BTreeMap<(Entity, String), Reason>>,
    /// How many rows had a path.
    numbers: RefCell<BTreeMap<(Entity, String), u64>>,
}

impl Notes {
    pub fn tell(&self, at: impl Into<String>, what: Oddity) {
        self.tell_often(at, what, 1);
    }

    pub fn tell_often(&self, at: impl Into<String>, what: Oddity, times: u64) {
        let at = without_nul(at.into());
        let note = Note { at, what, times };
        let mut numbers = self.numbers_of_notes.borrow_mut();
        let (listed, more) = numbers.entry(note.code()).or_default();
        if *listed == LISTED {
            *more += times;
            return;
        }
        *listed += 1;
        self.notes.borrow_mut().push(note);
    }

    /// Refuses a row; one whose path is taken gets a number behind it, with a slash, which no
    /// name has: the path of a row that comes in is another one.
    pub fn refuse(&self, entity: Entity, path: &str, reason: Reason) {
        let path = storable(path);
        let reason = match reason {
            Reason::HangsOn(above) => Reason::HangsOn(without_nul(above)),
            other => other,
        };
        let mut numbers = self.numbers.borrow_mut();
        let number = numbers
            .entry((entity, path.clone().into_owned()))
            .or_default();
        let mut refused = self.refused.borrow_mut();
        loop {
            *number += 1;
            let path = match *number {
                1 => path.clone().into_owned(),
                number => format!("{path}/#{number}"),
            };
            if let Entry::Vacant(free) = refused.entry((entity, path)) {
                free.insert(reason);
                return;
            }
        }
    }

    pub fn into_parts(self) -> (Vec<Note>, Vec<Refused>) {
        let refused = self.refused.into_inner().into_iter();
        let refused = refused.map(|((entity, path), reason)| Refused {
            entity,
            path,
            reason,
        });
        let mut notes = self.notes.into_inner();
        let numbers = self.numbers_of_notes.into_inner().into_iter();
        let more = numbers.filter(|(_, (_, more))| *more > 0);
        notes.extend(more.map(|(code, (_, more))| Note {
            at: String::new(),
            what: Oddity::More(code),
            times: more,
        }));
        (notes, refused.collect())
    }
}

fn without_nul(text: String) -> String {
    match text.contains('\0') {
        true => storable(&text).into_owned(),
        false => text,
    }
}
