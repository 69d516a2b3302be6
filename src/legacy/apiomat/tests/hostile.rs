//! Input that somebody made to break the reader, or a disk has broken.

use super::*;

const WHOLE: &str = r#"{"format": "heirloom-apiomat", "version": 1, "application": {"name": "A", "rest": {"é": [1.5, null]}}, "customer": {"name": "c"}, "modules": [{"system": "live", "name": "M", "classes": [{"name": "C", "attributes": [{"name": "a"}]}]}]}"#;

#[test]
fn cut_anywhere() {
    assert!(open_text(WHOLE, None).is_ok());
    for (end, _) in WHOLE.char_indices() {
        let error = open_text(&WHOLE[..end], None).unwrap_err();
        let damaged = matches!(error, ApiomatError::Damaged { .. });
        assert_eq!(damaged, end > 0, "{end}: {error}");
    }
    let cut = folder(&[("x", "")]);
    std::fs::write(
        cut.path().join("x"),
        &WHOLE.as_bytes()[..WHOLE.find('é').unwrap() + 1],
    )
    .unwrap();
    let error = open(&cut.path().join("x"), &names(), None).unwrap_err();
    assert!(matches!(error, ApiomatError::Damaged { .. }), "{error}");
}

#[test]
fn each_value_of_another_type() {
    let whole: serde_json::Value = serde_json::from_str(WHOLE).unwrap();
    let mut pointers = vec![String::new()];
    let mut at = 0;
    while let Some(pointer) = pointers.get(at).cloned() {
        match whole.pointer(&pointer).unwrap() {
            serde_json::Value::Object(object) => {
                pointers.extend(object.keys().map(|key| format!("{pointer}/{key}")));
            }
            serde_json::Value::Array(items) => {
                pointers.extend((0..items.len()).map(|number| format!("{pointer}/{number}")));
            }
            _ => {}
        }
        at += 1;
    }
    assert!(pointers.len() > 20);
    for pointer in pointers {
        for other in [
            "null",
            "true",
            "-1",
            "1e300",
            "\"\"",
            "\"x\"",
            "[]",
            "[[]]",
            "{}",
            "{\"\": 1}",
        ] {
            let mut value = whole.clone();
            *value.pointer_mut(&pointer).unwrap() = serde_json::from_str(other).unwrap();
            // whatever comes of it, it is told in words
            match open_text(&value.to_string(), None) {
                Ok(source) => drop(told(&source)),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

#[test]
fn deeper_than_anything() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{}1{}", "{\"app\":".repeat(10_000), "}".repeat(10_000));
    let script = format!("APPCONFIG = '{objects}'");
    for text in [deep, objects, script] {
        let error = open_text(&text, None).unwrap_err();
        assert!(matches!(error, ApiomatError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}

#[test]
fn numbers_that_are_too_long() {
    let number = "123456789012345678901234567890";
    let with = |number: &str| WHOLE.replace("1.5", number);
    let source = opened(&with(number));
    assert_eq!(
        told(&source)[0],
        "number-rounded: application.rest.é[0]: this number is too long to be kept digit by digit"
    );
    assert_eq!(
        codes(&opened(&with("18446744073709551615"))),
        ["version-assumed"]
    );
    let error = open_text(&with("1e999"), None).unwrap_err();
    assert!(error.to_string().contains("number out of range"), "{error}");
}

#[test]
fn keys_that_are_there_twice() {
    let text = WHOLE.replace("\"name\": \"M\"", "\"name\": \"L\", \"name\": \"M\"");
    let source = opened(&text);
    assert_eq!(
        told(&source)[0],
        "key-twice: modules[0].name: this key is there twice in one object; the last value counts"
    );
    assert_eq!(source.definition.modules[0].name, "M");
    let several = format!(
        "{} {}",
        r#"{"applicationName": "A"}"#, r#"{"moduleHref": "", "a": 1, "a": 1}"#
    );
    assert_eq!(opened(&several).notes[0].at, "[1].a");
}

#[test]
fn errors_say_where_and_quote_nothing() {
    let text = "{\"format\": \"heirloom-apiomat\",\n \"password\": \"hush\n\"}";
    let error = open_text(text, None).unwrap_err().to_string();
    assert!(error.contains("is damaged, line 3, column"), "{error}");
    assert!(!error.contains("hush"), "{error}");
    let text = WHOLE.replace("\"customer\": {\"name\": \"c\"}", "\"customer\": \"hush\"");
    assert!(!told(&opened(&text)).concat().contains("hush"));
}

#[test]
fn several_texts_and_rubbish_behind_one() {
    let error = open_text(&format!("{WHOLE} x"), None).unwrap_err();
    assert!(matches!(error, ApiomatError::Damaged { .. }), "{error}");
    let error = open_text(&format!("{WHOLE}{WHOLE}"), None).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("neither an application nor a class"),
        "{error}"
    );
    let marked = format!("\u{feff}{WHOLE}\n\n");
    assert_eq!(opened(&marked).origin, Origin::File);
}

#[test]
fn notes_of_one_kind_are_counted_beyond_a_hundred() {
    let twice = "\"a\": 1, ".repeat(300);
    let text = WHOLE.replace("\"é\":", &format!("{twice} \"é\":"));
    let source = opened(&text);
    let listed = source.notes.iter().filter(|it| it.what == Oddity::KeyTwice);
    assert_eq!(listed.count(), 100);
    let more = told(&source)
        .into_iter()
        .rfind(|line| line.starts_with("key-twice"));
    let expected =
        "key-twice: there is more of the same kind, which is not listed one by one (199 times)";
    assert_eq!(more.as_deref(), Some(expected));
}

#[test]
fn a_text_in_utf_16_is_told_as_such() {
    let marked = format!("\u{feff}{WHOLE}");
    for text in [WHOLE, &marked] {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let folder = folder(&[("x", "")]);
            std::fs::write(folder.path().join("x"), bytes).unwrap();
            refused(&folder.path().join("x"), None, "Save it as UTF-8");
        }
    }
    // a document of BSON that is as long as a brace says
    assert!(!json::is_utf_16(b"{\0\0\0\x02a\0\0"));
    assert!(!json::is_utf_16(b"{\0 \0\x02a\0\0"));
}
