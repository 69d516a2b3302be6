//! Standard output and standard error. Results and row lines go to the first, as plain
//! UTF-8; prompts, progress and complaints to the second.

use std::io::{self, IsTerminal as _, Write as _};

use crate::text::printable;

/// Whether there is a person: standard input and standard error are a terminal.
pub fn attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Says what went wrong. Each line is cleaned, because it may quote legacy text.
pub fn complain(message: &str) {
    let mut err = io::stderr().lock();
    for (index, line) in message.lines().enumerate() {
        let named = line.starts_with("error: ");
        let prefix = if index == 0 && !named {
            "heirloom: "
        } else {
            ""
        };
        let _ = writeln!(err, "{prefix}{}", printable(line));
    }
}

/// Writes one line of results.
///
/// # Errors
/// Standard output is closed.
pub fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

/// A table with its columns aligned, numbers to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .chain([header[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let is_number = |cell: &str| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    let right: Vec<bool> = (0..header.len())
        .map(|column| {
            !rows.is_empty()
                && rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .all(|cell| is_number(cell))
        })
        .collect();
    let mut text = String::new();
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_string()).collect();
    for row in std::iter::once(&header).chain(rows) {
        let mut line = String::new();
        for ((cell, width), right) in row.iter().zip(&widths).zip(&right) {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            if *right {
                line.push_str(&padding);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&padding);
            }
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
