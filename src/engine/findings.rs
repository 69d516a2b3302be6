//! The findings of one run, spooled to disk: a source may have as many as it has rows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use super::finding::{Finding, Severity};

/// Findings in the order in which they were met, and how many there are of each code.
pub struct Findings {
    file: BufWriter<File>,
    length: u64,
    pub counts: BTreeMap<String, (Severity, u64)>,
    /// The rows refused by the last committed run.
    refused_before: std::collections::HashSet<u64>,
    pub refused: u64,
    pub newly_refused: u64,
}

/// A place to come back to when a stage is given up.
pub struct Mark {
    length: u64,
    counts: BTreeMap<String, (Severity, u64)>,
    refused: u64,
    newly_refused: u64,
}

impl Findings {
    pub fn new(refused_before: std::collections::HashSet<u64>) -> io::Result<Self> {
        Ok(Findings {
            file: BufWriter::new(tempfile::tempfile()?),
            length: 0,
            counts: BTreeMap::new(),
            refused_before,
            refused: 0,
            newly_refused: 0,
        })
    }

    pub fn push(&mut self, finding: &Finding) -> io::Result<()> {
        let text = serde_json::to_string(finding)?;
        let identity = finding.identity_of(&text);
        let mut line = format!("{identity} {} {text}", u8::from(finding.refuses)).into_bytes();
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.length += line.len() as u64;
        self.counts
            .entry(finding.code.to_string())
            .or_insert((finding.severity, 0))
            .1 += 1;
        if finding.refuses {
            self.refused += 1;
            if !self.refused_before.contains(&finding.refused_row()) {
                self.newly_refused += 1;
            }
        }
        Ok(())
    }

    pub fn mark(&self) -> Mark {
        Mark {
            length: self.length,
            counts: self.counts.clone(),
            refused: self.refused,
            newly_refused: self.newly_refused,
        }
    }

    pub fn rewind(&mut self, mark: Mark) -> io::Result<()> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.set_len(mark.length)?;
        file.seek(SeekFrom::Start(mark.length))?;
        self.length = mark.length;
        self.counts = mark.counts;
        self.refused = mark.refused;
        self.newly_refused = mark.newly_refused;
        Ok(())
    }

    /// Hands out every finding in order.
    pub fn each<E: From<io::Error>>(
        &mut self,
        mut each: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_spooled(|spooled| each(spooled.finding()?))
    }

    /// Hands out every finding in order, still folded: most are known by their identity.
    pub fn each_spooled<E: From<io::Error>>(
        &mut self,
        mut each: impl FnMut(Spooled) -> Result<(), E>,
    ) -> Result<(), E> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(1 << 16, &mut *file);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 {
            each(Spooled::new(&line)?)?;
            line.clear();
        }
        file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

/// One line of the spool.
pub struct Spooled<'a> {
    pub identity: i64,
    refuses: bool,
    text: &'a str,
}

impl<'a> Spooled<'a> {
    fn new(line: &'a str) -> io::Result<Self> {
        let mut parts = line.splitn(3, ' ');
        let (Some(identity), Some(refuses), Some(text)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(io::Error::other("a line of the findings is cut off"));
        };
        Ok(Spooled {
            identity: identity.parse().map_err(io::Error::other)?,
            refuses: refuses == "1",
            text,
        })
    }

    pub fn finding(&self) -> io::Result<Finding> {
        let mut finding: Finding = serde_json::from_str(self.text)?;
        finding.refuses = self.refuses;
        Ok(finding)
    }
}
