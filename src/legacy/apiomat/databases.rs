//! What the databases of an application are called. ApiOmat's own documents disagree, so it is
//! configured; LIVE always has the bare name.

use super::System;

/// What ApiOmat and MongoDB keep for themselves.
pub const NOBODYS: [&str; 4] = ["admin", "apiomat", "config", "local"];

/// The names that the database of an application's system may have, the likeliest first.
#[must_use]
pub fn names(patterns: &[String], app: &str, system: System) -> Vec<String> {
    if system == System::Live {
        return vec![app.into()];
    }
    let capitals = system.word().to_uppercase();
    let mut names: Vec<String> = Vec::new();
    for pattern in patterns {
        let name = pattern
            .replace("{system}", system.word())
            .replace("{SYSTEM}", &capitals)
            .replace("{app}", app);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The system of this application that a database may be of.
#[must_use]
pub fn system_of(patterns: &[String], app: &str, database: &str) -> Option<System> {
    let has = |system: &System| {
        names(patterns, app, *system)
            .iter()
            .any(|it| it == database)
    };
    System::ALL.into_iter().find(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_styles() {
        let patterns = ["{app}-{system}".to_string(), "{app}{SYSTEM}".to_string()];
        let check = |system, expected: &[&str]| {
            assert_eq!(names(&patterns, "Conf", system), expected);
            for name in expected {
                assert_eq!(system_of(&patterns, "Conf", name), Some(system));
            }
        };
        check(System::Live, &["Conf"]);
        check(System::Staging, &["Conf-staging", "ConfSTAGING"]);
        check(System::Test, &["Conf-test", "ConfTEST"]);
        assert_eq!(system_of(&patterns, "Conf", "conf"), None);
    }

    #[test]
    fn a_name_with_braces_is_only_a_name() {
        let patterns = ["{app}-{system}".to_string()];
        assert_eq!(
            names(&patterns, "{system}", System::Test),
            ["{system}-test"]
        );
    }
}
