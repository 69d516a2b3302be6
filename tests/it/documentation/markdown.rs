//! As much Markdown as the pages need: headings, tables, code.

use std::path::Path;

pub fn readme() -> String {
    page("README.md")
}

/// A page of the documentation.
pub fn page(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(file).expect("the page")
}

/// The text below a heading, given with its signs, up to the next heading but the title.
pub fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let start = text
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading {heading:?}"));
    let body = &text[start + heading.len() + 2..];
    body.find("\n##").map_or(body, |end| &body[..end])
}

/// The rows of the table with this header line, without header and rule.
pub fn table(text: &str, header: &str) -> Vec<Vec<String>> {
    let start = text
        .find(header)
        .unwrap_or_else(|| panic!("no table {header:?}"));
    text[start..]
        .lines()
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect()
}

/// The cells of a row; a bar that is part of one is written `\|`.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    row.replace("\\|", "\0")
        .split('|')
        .map(|cell| cell.replace('\0', "|").trim().to_string())
        .collect()
}

/// The pieces of code within a line.
pub fn spans(line: &str) -> Vec<String> {
    let pieces = line.split('`').skip(1).step_by(2);
    pieces.map(str::to_string).collect()
}

/// Every line of the code blocks, and every piece of code in between.
pub fn code(text: &str) -> Vec<String> {
    let mut code = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            code.push(line.to_string());
        } else {
            code.extend(spans(&line.replace("\\|", "|")));
        }
    }
    code
}

/// The first code block of this language below a heading.
pub fn block<'t>(text: &'t str, heading: &str, language: &str) -> &'t str {
    let fence = format!("```{language}\n");
    let body = section(text, heading);
    let start = body.find(&fence).expect("a code block") + fence.len();
    &body[start..start + body[start..].find("```").expect("its end")]
}
