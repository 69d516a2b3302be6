use super::*;

#[test]
fn numbers_of_go() {
    fn check(number: f64, expected: &str) {
        assert_eq!(go_number(number), expected);
        let exponential = format!("{number:e}");
        assert_eq!(go(&exponential), expected, "{exponential}");
    }
    check(0.1, "0.1");
    check(1e21, "1e+21");
    check(1e20, "100000000000000000000");
    check(999_999_999_999_999_900_000.0, "999999999999999900000");
    check(1e-6, "0.000001");
    check(1e-7, "1e-7");
    check(1.5e-10, "1.5e-10");
    check(5e-324, "5e-324");
    check(f64::MAX, "1.7976931348623157e+308");
    check(1_481_448_617.0, "1481448617");
    check(1_481_448_617.5, "1481448617.5");
    check(-0.0, "-0");
    check(-1e-7, "-1e-7");
}

#[test]
fn numbers_of_python() {
    fn check(number: f64, expected: &str) {
        assert_eq!(python_number(number), expected);
        assert_eq!(python(&format!("{number:?}")), expected);
    }
    check(21.0, "21.0");
    check(0.1, "0.1");
    check(1e-4, "0.0001");
    check(1e-5, "1e-05");
    check(1.25e-7, "1.25e-07");
    check(1e15, "1000000000000000.0");
    check(1e16, "1e+16");
    check(1.5e300, "1.5e+300");
    check(5e-324, "5e-324");
    check(-0.0, "-0.0");
}

#[test]
fn go_spells() {
    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(go(raw), expected);
        // what is spelled so stays, and is borrowed
        assert!(matches!(go(expected), Cow::Borrowed(_)), "{expected}");
        assert_eq!(go(expected), expected);
    }
    check(" 21.0 ", "21");
    check("2.50", "2.5");
    check("1.481448617e+09", "1481448617");
    check("0.000001", "0.000001");
    check("0.0000001", "1e-7");
    check("0.0", "0");
    check("-0.0", "-0");
    check("9007199254740993", "9007199254740993");
    check(
        "-123456789012345678901234567890",
        "-123456789012345678901234567890",
    );
    check("0.1000000000000000055511151231257827", "0.1");
    check("1234567890.12345678", "1234567890.1234567");
    check("null", "null");
    check(r#""plain – 🦄""#, r#""plain – 🦄""#);
    check(r#""<&>""#, r#""\u003c\u0026\u003e""#);
    check("\"\u{2028}\u{2029}\u{7f}\"", "\"\\u2028\\u2029\u{7f}\"");
    check(
        r#""\b\f\/\u00e9\ud83e\udd84\u0000\r""#,
        r#""\u0008\u000c/é🦄\u0000\r""#,
    );
    check(
        " { \"b\" : [ 1 , 2.0 ] ,\r\n\"a\":{\"y\":null,\"x\":{}} , \"\":[] } ",
        r#"{"":[],"a":{"x":{},"y":null},"b":[1,2]}"#,
    );
    check(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#);
    check(r#"{"é":1,"z":2,"Z":3}"#, r#"{"Z":3,"z":2,"é":1}"#);
    check(
        r#"[{"b":1},{"a":"a:"},["b","a"]]"#,
        r#"[{"b":1},{"a":"a:"},["b","a"]]"#,
    );
    check(
        r#"{"a":{"z":1},"b":{"a":1}}"#,
        r#"{"a":{"z":1},"b":{"a":1}}"#,
    );
    // what cannot be read
    check("[ 1e999 , 2.0 ]", "[1e999,2.0]");
    check(r#"{ "a": "\ud800 \" x" }"#, r#"{"a":"\ud800 \" x"}"#);
}

#[test]
fn what_go_spells_is_not_parsed() {
    #[track_caller]
    fn check(raw: &str, expected: bool) {
        assert_eq!(plain::is_go(raw), expected, "{raw}");
    }
    check("12.5", true);
    check("-0.25", true);
    check("true", true);
    check(r#"{"a":{"x":[1,-2.5,"text"]},"b":null}"#, true);
    check(r#"{"b":1,"a":2}"#, false);
    check(r#"{"a":1,"a":2}"#, false);
    check("[1, 2]", false);
    check("1e3", false);
    check("1.0", false);
    check("0.0000001", false);
    check("1234567890.1234567", false); // so spelled, but who knows
    check(r#""a\n""#, false);
}

#[test]
fn python_spells() {
    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(python(raw), expected);
        assert!(matches!(python(expected), Cow::Borrowed(_)), "{expected}");
    }
    check("21.0", "21.0");
    check("-0", "0");
    check("1e3", "1000.0");
    check(
        "123456789012345678901234567890",
        "123456789012345678901234567890",
    );
    check(r#"{"b":[1,2.50],"a":{}}"#, r#"{"b": [1, 2.5], "a": {}}"#);
    check(r#""<é🦄>""#, r#""<\u00e9\ud83e\udd84>""#);
    check(
        "\"\u{7f}\\u0008\\u000c\\/\\u0001\"",
        r#""\u007f\b\f/\u0001""#,
    );
    check("[ 1e999 ]", "[1e999]");
}

#[test]
fn deep_nesting_is_no_danger() {
    for depth in [tree::DEEPEST, tree::DEEPEST + 1, 100_000] {
        let deep = format!("{}1.0{}", "[ ".repeat(depth), " ]".repeat(depth));
        let number = if depth <= tree::DEEPEST { "1" } else { "1.0" };
        let expected = format!("{}{number}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(go(&deep) == expected, "{depth}");
    }
}

/// Whatever comes in, nothing breaks.
#[test]
fn what_is_no_json_comes_back() {
    for raw in [
        "", "{", "\"", "\"a\\", "[1,", "nul", "-", "}{", "é", "1 2", "{\"a\"}",
    ] {
        let _ = python(raw);
        assert!(go(raw).len() <= raw.len(), "{raw}");
    }
}
