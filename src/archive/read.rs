//! Reading a backup that anybody may have made. Nothing is unpacked to a disk, and no name of
//! it is ever a path: members must come in the one order that there is, under the one name that
//! each can have.

use std::fs::File;
use std::io::{Read as _, Seek as _};

use super::decode;
use super::error::ArchiveError;
use super::format::{Head, MANIFEST, Manifest, SUMS, Sums, TableHead, TableSum, member_name};
use super::input::{Unpacked, fault};
use super::lines::Lines;
use super::member::sum;
use super::{GZIP, MEMBER_MAX, PAPER_MAX, Phase, Progress, Watch, versions};
use crate::sql::Cell;
use crate::store::contents;
use crate::store::schema_version;
use crate::text::printable;

const TABLES_MAX: usize = 200;
const COLUMNS_MAX: usize = 200;
const NAME_MAX: usize = 63;
/// What may stand behind the last member: tar fills its last record with zeros.
const PADDING_MAX: usize = 64 << 10;
/// Rows between two looks at whether to go on.
const STEP: u64 = 10_000;
const CHUNK: usize = 64 << 10;
/// How closely a backup is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scrutiny {
    /// Every sum and every row.
    Whole,
    /// Whether all members are there: what a list wants to know of each file.
    Members,
}

/// A backup that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub manifest: Manifest,
    pub sums: Sums,
}

impl Read {
    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.sums.tables.iter().map(|table| table.rows).sum()
    }
}

/// What is handed out while a backup is read.
pub enum Piece<'a> {
    Manifest(&'a Manifest),
    /// A row of the manifest's table of this index.
    Row(usize, Vec<Cell>),
}

/// Reads the file from its beginning to its end. What was handed out counts only where this
/// returns without an error.
///
/// # Errors
/// Whatever is wrong with the file; what `each` returns; `watch` wants it to stop.
pub fn read(
    file: &File,
    scrutiny: Scrutiny,
    watch: &mut dyn Watch,
    each: &mut dyn FnMut(Piece<'_>) -> Result<(), ArchiveError>,
) -> Result<Read, ArchiveError> {
    let mut whole = file;
    whole.rewind().map_err(ArchiveError::Reading)?;
    let mut magic = Vec::new();
    let mut head = whole.take(GZIP.len() as u64);
    head.read_to_end(&mut magic)
        .map_err(ArchiveError::Reading)?;
    if magic != GZIP {
        return Err(ArchiveError::NotAnArchive("it is no .tar.gz".into()));
    }
    whole.rewind().map_err(ArchiveError::Reading)?;
    let unpacked = Unpacked::new(file).map_err(ArchiveError::Reading)?;
    let mut tar = tar::Archive::new(unpacked);
    let mut members = tar.entries().map_err(fault)?.raw(true);
    let paper = match members.next() {
        Some(Ok(mut first)) if first.path_bytes() == MANIFEST.as_bytes() => {
            self::paper(&mut first)?
        }
        Some(Err(error)) => return Err(fault(error)),
        Some(Ok(_)) => {
            return Err(ArchiveError::NotAnArchive(format!(
                "its first member is not {MANIFEST}"
            )));
        }
        None => return Err(ArchiveError::NotAnArchive("it is empty".into())),
    };
    let manifest = manifest(&paper, watch)?;
    each(Piece::Manifest(&manifest))?;
    let mut tables = Tables {
        manifest: &manifest,
        scrutiny,
        found: Vec::with_capacity(manifest.tables.len()),
        lines: Lines::new(&manifest.tables[0]),
        members: 0,
        done: 0,
        watch,
        each,
    };
    let mut sums: Option<Sums> = None;
    for member in members {
        let mut member = member.map_err(fault)?;
        let name = member.path_bytes().into_owned();
        if sums.is_some() {
            return Err(unexpected(&name));
        }
        if name == SUMS.as_bytes() {
            sums = Some(parse(&self::paper(&mut member)?, SUMS)?);
            continue;
        }
        tables.find(&name)?;
        check_member(&member, MEMBER_MAX)?;
        tables.take(&mut member)?;
    }
    let found = tables.end()?;
    let sums = sums.ok_or(ArchiveError::Incomplete)?;
    if scrutiny == Scrutiny::Whole {
        compare(&sums, &found, &sum(&paper))?;
    }
    check_end(tar.into_inner())?;
    Ok(Read { manifest, sums })
}

type Member<'a, 'b> = tar::Entry<'a, Unpacked<'b>>;

/// It has to be a plain file of at most this size.
fn check_member(member: &Member<'_, '_>, limit: usize) -> Result<(), ArchiveError> {
    let name = shown(&member.path_bytes());
    let header = member.header();
    let plain = header.entry_type() == tar::EntryType::Regular;
    if !plain || header.link_name_bytes().is_some() {
        return Err(ArchiveError::damaged(format!(
            "its member {name} is no plain file"
        )));
    }
    if member.size() == 0 || member.size() > limit as u64 {
        return Err(ArchiveError::damaged(format!(
            "its member {name} has {} bytes, and between 1 and {limit} are possible",
            member.size()
        )));
    }
    Ok(())
}

/// The manifest or the sums.
fn paper(member: &mut Member<'_, '_>) -> Result<Vec<u8>, ArchiveError> {
    check_member(member, PAPER_MAX)?;
    let mut bytes = Vec::new();
    let size = member.size();
    member.read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 == size {
        Ok(bytes)
    } else {
        Err(ArchiveError::Incomplete)
    }
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8], name: &str) -> Result<T, ArchiveError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ArchiveError::damaged(format!("{name} cannot be understood: {error}")))
}

fn manifest(paper: &[u8], watch: &mut dyn Watch) -> Result<Manifest, ArchiveError> {
    // a newer version may say more than is understood here
    let head: Head = parse(paper, MANIFEST)?;
    watch.found(&head.id);
    versions::check(&head)?;
    let manifest: Manifest = parse(paper, MANIFEST)?;
    let wrong = |what: &str| Err(ArchiveError::damaged(format!("{MANIFEST} {what}")));
    if manifest.version != manifest.id.version() {
        return wrong("names two versions");
    }
    let count = manifest.tables.len();
    if count == 0 || count > TABLES_MAX {
        return wrong("names no table, or too many");
    }
    for (index, table) in manifest.tables.iter().enumerate() {
        let names = std::iter::once(&table.name).chain(&table.columns);
        let twice = manifest.tables[..index]
            .iter()
            .any(|other| other.name == table.name);
        let columns = table.columns.len();
        if twice
            || columns == 0
            || columns > COLUMNS_MAX
            || !names.into_iter().all(|name| is_name(name))
        {
            return wrong("has a table that no store has");
        }
        let negative = table.highest_id.is_some_and(|highest| highest < 0);
        if negative || table.highest_id == Some(i64::MAX) {
            return wrong("has a highest id that is none");
        }
    }
    if manifest.schema == schema_version() && !is_ours(&manifest.tables) {
        return wrong("has other tables or columns than its version had");
    }
    Ok(manifest)
}

fn is_ours(tables: &[TableHead]) -> bool {
    let ours = contents::all();
    ours.len() == tables.len()
        && ours.iter().zip(tables).all(|(ours, table)| {
            let columns = ours.columns.iter().map(|(column, _)| *column);
            let ids = ours.ids == contents::Ids::Remembered;
            ours.name == table.name
                && columns.eq(table.columns.iter().map(String::as_str))
                && ids == table.highest_id.is_some()
        })
}

/// What may stand in a statement.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !name.is_empty() && name.len() <= NAME_MAX && name.bytes().all(plain)
}

fn unexpected(name: &[u8]) -> ArchiveError {
    ArchiveError::damaged(format!(
        "it holds {}, which has no place there",
        shown(name)
    ))
}

fn shown(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let short: String = name.chars().take(100).collect();
    format!("{:?}", printable(&short))
}

/// The tables in the manifest's order.
struct Tables<'a> {
    manifest: &'a Manifest,
    scrutiny: Scrutiny,
    found: Vec<TableSum>,
    lines: Lines<'a>,
    /// Members of the table at hand so far.
    members: u32,
    /// Rows of the tables before.
    done: u64,
    watch: &'a mut dyn Watch,
    each: &'a mut dyn FnMut(Piece<'_>) -> Result<(), ArchiveError>,
}

impl Tables<'_> {
    /// Goes on to the table that the member belongs to.
    fn find(&mut self, name: &[u8]) -> Result<(), ArchiveError> {
        loop {
            let table = &self.manifest.tables[self.found.len()];
            if name == member_name(&table.name, self.members + 1).as_bytes() {
                self.members += 1;
                return Ok(());
            }
            if self.found.len() + 1 == self.manifest.tables.len() {
                return Err(unexpected(name));
            }
            self.next()?;
        }
    }

    fn next(&mut self) -> Result<(), ArchiveError> {
        let next = self.found.len() + 1;
        let table = self.manifest.tables.get(next);
        let table = table.unwrap_or(&self.manifest.tables[0]);
        let ended = std::mem::replace(&mut self.lines, Lines::new(table));
        self.done += ended.rows();
        if self.scrutiny == Scrutiny::Whole {
            self.found.push(ended.end()?);
        } else {
            self.found.push(TableSum {
                name: String::new(),
                rows: 0,
                sha256: String::new(),
            });
        }
        self.members = 0;
        Ok(())
    }

    fn take(&mut self, member: &mut Member<'_, '_>) -> Result<(), ArchiveError> {
        let index = self.found.len();
        let table = &self.manifest.tables[index];
        let (done, watch, each) = (self.done, &mut *self.watch, &mut *self.each);
        let mut line = |row: u64, line: &[u8]| {
            let cells = decode::row(line, table.columns.len()).map_err(|reason| {
                ArchiveError::damaged(format!("row {row} of {} is none: {reason}", table.name))
            })?;
            if row.is_multiple_of(STEP) {
                watch.step(Progress {
                    phase: Phase::Checking,
                    table: &table.name,
                    rows: done + row,
                    total: None,
                });
                if watch.cancelled() {
                    return Err(ArchiveError::Cancelled);
                }
            }
            each(Piece::Row(index, cells))
        };
        let mut buffer = [0; CHUNK];
        let mut left = member.size();
        while left > 0 {
            let read = member.read(&mut buffer).map_err(fault)?;
            if read == 0 {
                return Err(ArchiveError::Incomplete);
            }
            left = left.saturating_sub(read as u64);
            if self.scrutiny == Scrutiny::Whole {
                self.lines.push(&buffer[..read], &mut line)?;
            }
        }
        Ok(())
    }

    fn end(mut self) -> Result<Vec<TableSum>, ArchiveError> {
        while self.found.len() < self.manifest.tables.len() {
            self.next()?;
        }
        Ok(self.found)
    }
}

fn compare(sums: &Sums, found: &[TableSum], manifest: &str) -> Result<(), ArchiveError> {
    if sums.manifest != manifest {
        return Err(ArchiveError::damaged(format!(
            "{MANIFEST} is not the one that was summed up"
        )));
    }
    if sums.tables.len() != found.len() {
        return Err(ArchiveError::damaged(format!("{SUMS} has other tables")));
    }
    for (said, found) in sums.tables.iter().zip(found) {
        if said.name != found.name {
            return Err(ArchiveError::damaged(format!("{SUMS} has other tables")));
        }
        if said.rows != found.rows {
            return Err(ArchiveError::damaged(format!(
                "{} has {} rows, and should have {}",
                found.name, found.rows, said.rows
            )));
        }
        if said.sha256 != found.sha256 {
            return Err(ArchiveError::damaged(format!(
                "the sum of {} is not right",
                found.name
            )));
        }
    }
    Ok(())
}

/// Nothing but padding may follow, and gzip has to have the last word.
fn check_end(mut unpacked: Unpacked<'_>) -> Result<(), ArchiveError> {
    let behind = || ArchiveError::damaged("something stands behind its end");
    let mut buffer = [0; 4096];
    let mut padding = 0;
    loop {
        let read = unpacked.read(&mut buffer).map_err(fault)?;
        if read == 0 {
            break;
        }
        padding += read;
        if padding > PADDING_MAX || buffer[..read].iter().any(|byte| *byte != 0) {
            return Err(behind());
        }
    }
    match unpacked.ends_here().map_err(ArchiveError::Reading)? {
        true => Ok(()),
        false => Err(behind()),
    }
}
