//! Slugs as Django 1.4 made them.

/// What Django's `slugify` makes of a name: accents off, other letters out, spaces and hyphens to
/// one hyphen, lower case.
pub fn slugify(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars().map(plain).flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' | '_' => slug.push(character),
            ' ' | '-' if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn plain(character: char) -> char {
    match character {
        'à' | 'á' | 'â' => 'a',
        'è' | 'é' | 'ê' => 'e',
        'ì' | 'í' => 'i',
        'ò' | 'ó' => 'o',
        'ù' | 'ú' => 'u',
        'À' => 'A',
        'È' | 'É' => 'E',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::slugify;

    #[test]
    fn slugs_are_those_of_django() {
        for (name, slug) in [
            ("Cinecittà Rossi 2", "cinecitta-rossi-2"),
            ("Sant'Antonio - D'Amico", "santantonio-damico"),
            ("via_appia", "via_appia"),
            ("Узел", ""),
        ] {
            assert_eq!(slugify(name), slug);
        }
    }
}
