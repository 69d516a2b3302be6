//! Numbers of 64 bits with the fewest digits that read back as the same.

/// As Go's `encoding/json`: without exponent from 1e-6 up to 1e21. Finite numbers only.
#[must_use]
pub fn go_number(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        exponential(number, 1)
    } else {
        number.to_string()
    }
}

/// As Python's `repr` of a float: without exponent from 1e-4 up to 1e16, and with a point.
#[must_use]
pub fn python_number(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        exponential(number, 2)
    } else {
        format!("{number:?}")
    }
}

/// With a sign before the exponent, and at least so many digits in it.
fn exponential(number: f64, digits: usize) -> String {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.strip_prefix('-') {
        Some(exponent) => format!("{mantissa}e-{exponent:0>digits$}"),
        None => format!("{mantissa}e+{exponent:0>digits$}"),
    }
}
