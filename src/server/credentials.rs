//! What a request brings to say whose it is.

use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::trouble::Trouble;
use crate::password::Secret;

/// The cookie of the pages.
pub const COOKIE: &str = "heirloom_session";

/// See the module.
#[derive(Debug, PartialEq, Eq)]
pub enum Credentials {
    Password {
        username: String,
        password: Secret,
    },
    Token(Secret),
    /// A browser sends it by itself, whoever made it ask: good for reading only, unless the
    /// request proves more.
    Cookie(Secret),
}

#[derive(Deserialize)]
struct TokenQuery {
    #[serde(rename = "apiToken")]
    api_token: Option<String>,
}

/// What the request brings; `None` where that is nothing. A header wins over the address.
///
/// # Errors
/// 401 where the header is none that is known.
pub fn of(parts: &Parts) -> Result<Option<Credentials>, Trouble> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let read = value.to_str().ok().and_then(authorization);
        return read.map(Some).ok_or_else(|| {
            Trouble::unauthorized(
                "the header Authorization is neither Basic with a name and a password nor Bearer with a token",
            )
        });
    }
    let query = Query::<TokenQuery>::try_from_uri(&parts.uri).ok();
    if let Some(token) = query.and_then(|query| query.0.api_token) {
        return Ok(Some(Credentials::Token(Secret::new(token))));
    }
    let reads = [Method::GET, Method::HEAD].contains(&parts.method);
    let cookie = cookie(&parts.headers, COOKIE).filter(|_| reads);
    Ok(cookie.map(|secret| Credentials::Cookie(Secret::new(secret))))
}

fn authorization(value: &str) -> Option<Credentials> {
    let Some((scheme, rest)) = value.trim().split_once(' ') else {
        // clients of Connectware send the token alone
        let token = value.trim();
        return (!token.is_empty()).then(|| Credentials::Token(Secret::new(token)));
    };
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credentials::Token(Secret::new(rest)));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (username, password) = pair.split_once(':')?;
    Some(Credentials::Password {
        username: username.into(),
        password: Secret::new(password),
    })
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name && !value.is_empty()).then_some(value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let password = |name: &str, password: &str| {
            Some(Credentials::Password {
                username: name.into(),
                password: Secret::new(password),
            })
        };
        let token = |text: &str| Some(Credentials::Token(Secret::new(text)));
        assert_eq!(authorization("Basic YTpiOmM="), password("a", "b:c"));
        assert_eq!(authorization("basic  YTo="), password("a", ""));
        assert_eq!(authorization("Bearer x"), token("x"));
        assert_eq!(authorization("x"), token("x"));
        assert_eq!(authorization("Basic !"), None);
        assert_eq!(authorization("Basic YQ=="), None);
        assert_eq!(authorization("Digest x"), None);
        assert_eq!(authorization(""), None);
    }

    #[test]
    fn cookies() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; b=2=3".parse().unwrap());
        headers.append(header::COOKIE, "c=".parse().unwrap());
        assert_eq!(cookie(&headers, "a"), Some("1"));
        assert_eq!(cookie(&headers, "b"), Some("2=3"));
        assert_eq!(cookie(&headers, "c"), None);
        assert_eq!(cookie(&headers, "d"), None);
    }
}
