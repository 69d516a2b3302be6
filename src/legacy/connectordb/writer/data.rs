//! Points on their way into a file.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use super::{Style, WriteError};
use crate::files;
use crate::legacy::connectordb::style::{go, go_number, go_text, python, python_text};

const BUFFER: usize = 64 << 10;

/// An array of points under way. Without [`DataWriter::end`] it is none.
#[derive(Debug)]
#[must_use = "an array needs its end"]
pub struct DataWriter {
    out: BufWriter<File>,
    path: PathBuf,
    style: Style,
    points: u64,
    /// The next point.
    text: String,
}

impl DataWriter {
    pub(super) fn begin(path: PathBuf, style: Style) -> Result<Self, WriteError> {
        let file = files::create_private(&path).map_err(WriteError::io(&path))?;
        Ok(DataWriter {
            out: BufWriter::with_capacity(BUFFER, file),
            path,
            style,
            points: 0,
            text: String::new(),
        })
    }

    /// Adds a point: Unix seconds, JSON, `user/device`. A time of 0 and a value of null are left
    /// out, as both producers do it.
    ///
    /// # Errors
    /// The time is not finite, or the disk refuses.
    pub fn point(
        &mut self,
        time: f64,
        value: Option<&str>,
        sender: Option<&str>,
    ) -> Result<(), WriteError> {
        if !time.is_finite() {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "a time is no number");
            return Err(WriteError::io(&self.path)(error));
        }
        self.text.clear();
        self.text.push(if self.points == 0 { '[' } else { ',' });
        if self.points > 0 && self.style == Style::Python {
            self.text.push(' ');
        }
        self.text.push('{');
        let before = self.text.len();
        if time != 0.0 {
            let number = go_number(time);
            self.key("t", before);
            match self.style {
                Style::Go => self.text.push_str(&number),
                Style::Python => self.text.push_str(&python(&number)),
            }
        }
        if let Some(value) = value.filter(|value| *value != "null") {
            self.key("d", before);
            self.text.push_str(&match self.style {
                Style::Go => go(value),
                Style::Python => python(value),
            });
        }
        if let Some(sender) = sender {
            self.key("o", before);
            match self.style {
                Style::Go => go_text(&mut self.text, sender),
                Style::Python => python_text(&mut self.text, sender),
            }
        }
        self.text.push('}');
        self.points += 1;
        self.out
            .write_all(self.text.as_bytes())
            .map_err(WriteError::io(&self.path))
    }

    fn key(&mut self, key: &str, first_at: usize) {
        let is_first = self.text.len() == first_at;
        let (comma, colon) = match self.style {
            Style::Go => (",", ":"),
            Style::Python => (", ", ": "),
        };
        self.text.push_str(if is_first { "" } else { comma });
        self.text.push('"');
        self.text.push_str(key);
        self.text.push('"');
        self.text.push_str(colon);
    }

    /// Closes the array; returns how many points it has.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn end(mut self) -> Result<u64, WriteError> {
        let end: &[u8] = if self.points == 0 { b"[]" } else { b"]" };
        self.out
            .write_all(end)
            .and_then(|()| self.out.flush())
            .map_err(WriteError::io(&self.path))?;
        Ok(self.points)
    }
}
