//! Passwords: typed unseen on a terminal, or one line of standard input.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::exit::{Exit, Failure};
use super::hidden::Hidden;
use super::prompt::{self, Typed};
use super::{signals, terminal};
use crate::password::{Secret, acceptable};

/// A password that is about to be set: typed twice, and long enough.
pub fn new_password(whose: &str) -> Result<Secret, Failure> {
    signals::watch();
    if !terminal::attended() {
        let password = piped()?;
        acceptable(password.expose()).map_err(|short| Failure::wrong(format!("{short}.")))?;
        return Ok(password);
    }
    loop {
        let password = typed(&format!("New password for {whose}"))?;
        if let Err(short) = acceptable(password.expose()) {
            terminal::complain(&format!("{short}."));
            continue;
        }
        if typed("The same again")? == password {
            return Ok(password);
        }
        terminal::complain("these two differ; once more from the start.");
    }
}

/// A password that is set already.
pub fn current_password(whose: &str) -> Result<Secret, Failure> {
    signals::watch();
    if terminal::attended() {
        typed(&format!("Password of {whose}"))
    } else {
        piped()
    }
}

/// The first line of a file.
pub fn in_file(path: &Path) -> Result<Secret, Failure> {
    let wrong = |problem: String| Failure::wrong(format!("{} {problem}", path.display()));
    Secret::in_file(path)
        .map_err(|error| wrong(format!("cannot be read: {error}")))?
        .ok_or_else(|| wrong("has no password in its first line.".into()))
}

fn typed(question: &str) -> Result<Secret, Failure> {
    let hidden = Hidden::begin().map_err(|error| {
        Failure::wrong(format!(
            "this terminal would show the password ({error}). Give it as one line of standard input."
        ))
    })?;
    prompt::show_prompt(question, None);
    let line = prompt::typed_line();
    drop(hidden);
    // the Enter was not shown either
    prompt::show("\n");
    match line {
        Ok(Typed::Line(line)) => Ok(without_end(&line)),
        Ok(Typed::End | Typed::Signal) | Err(_) => Err(cancelled()),
    }
}

fn piped() -> Result<Secret, Failure> {
    if io::stdin().is_terminal() {
        return Err(Failure::wrong(
            "standard error is no terminal, so nobody can be asked for the password. Give it as one line of standard input.",
        ));
    }
    match prompt::typed_line() {
        Ok(Typed::Line(line)) => Ok(without_end(&line)),
        Ok(Typed::End) => Err(Failure::wrong(
            "there is no password: it is typed on a terminal, or one line of standard input.",
        )),
        Ok(Typed::Signal) => Err(cancelled()),
        Err(error) => Err(Failure::wrong(format!(
            "the password on standard input cannot be read: {error}"
        ))),
    }
}

fn without_end(line: &str) -> Secret {
    let line = line.strip_suffix('\n').unwrap_or(line);
    Secret::new(line.strip_suffix('\r').unwrap_or(line))
}

fn cancelled() -> Failure {
    Failure {
        exit: Exit::Cancelled,
        message: "cancelled: nothing was changed.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_not_part_of_a_password() {
        fn check(line: &str, expected: &str) {
            assert_eq!(without_end(line).expose(), expected, "{line:?}");
        }
        check("correct horse\n", "correct horse");
        check("correct horse\r\n", "correct horse");
        check(" correct horse ", " correct horse ");
        check("\n", "");
    }
}
