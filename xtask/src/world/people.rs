//! Owners of nodes: names and email addresses, each computed from the person's number.

use super::slug::slugify;
use super::words::{GIVEN_NAMES, MAIL_DOMAINS, SURNAMES};

/// A person who owns nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: String,
}

// A prime greater than the number of names: stepping by it visits each once before any again.
const STEP: usize = 15_485_863;

/// The person of that number. No two share an email, and no two a name before every pair of given
/// names has been used.
pub(super) fn person(seed: u64, number: usize) -> Person {
    let names = GIVEN_NAMES.len() * SURNAMES.len();
    let start = usize::try_from(seed % 7919).unwrap_or(0);
    let mixed = (number % names * STEP + start) % names;
    let (given, surname) = (mixed / SURNAMES.len(), SURNAMES[mixed % SURNAMES.len()]);
    let round = number / names;
    let second = match round % GIVEN_NAMES.len() {
        0 => "",
        turn => GIVEN_NAMES[(given + turn) % GIVEN_NAMES.len()],
    };
    let given = GIVEN_NAMES[given];
    let local: Vec<String> = [given, second, surname]
        .iter()
        .map(|part| slugify(part).replace('-', ""))
        .filter(|part| !part.is_empty())
        .collect();
    let again = match round / GIVEN_NAMES.len() {
        0 => String::new(),
        turn => turn.to_string(),
    };
    let domain = MAIL_DOMAINS[(number / 3 + mixed) % MAIL_DOMAINS.len()];
    let name = if second.is_empty() {
        format!("{given} {surname}")
    } else {
        format!("{given} {second} {surname}")
    };
    Person {
        name,
        email: format!("{}{again}@{domain}", local.join(".")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn eighty_thousand_people_share_neither_name_nor_email() {
        let people: Vec<Person> = (0..80_000).map(|number| person(1, number)).collect();
        let names: HashSet<String> = people.iter().map(|person| slugify(&person.name)).collect();
        let emails: HashSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
        assert_eq!((names.len(), emails.len()), (80_000, 80_000));
    }
}
