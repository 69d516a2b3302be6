//! The section `[server]`: where to listen, how to encrypt, how long to wait.

use std::time::Duration;

use toml::Value;

use super::keys::unknown;
use super::section::Section;
use super::{ConfigError, Listen, ServerConfig, Tls};

/// Reads `[server]`.
pub(super) fn read(section: &Section<'_>) -> Result<ServerConfig, ConfigError> {
    let default = ServerConfig::default();
    let listen = match section.get("listen") {
        None => default.listen,
        Some(Value::Boolean(false)) => Listen::Off,
        Some(Value::String(text)) => {
            let port = text
                .rsplit_once(':')
                .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
            port.filter(|(host, _)| !host.is_empty())
                .ok_or_else(|| section.bad("listen", "it has to be host:port, or false"))?;
            Listen::At(text.clone())
        }
        Some(_) => return Err(section.not("listen", "host:port, or false")),
    };
    let tls = tls(section)?;
    let allow_plaintext = section.flag("allow_plaintext")?.unwrap_or(false);
    if tls == Tls::Off && !listen.is_loopback() && !allow_plaintext {
        return Err(section.bad(
            "tls",
            "false is for loopback only, and server.listen is not; server.allow_plaintext = true allows it, where the network between is your own",
        ));
    }
    let timeout = time(section, "timeout")?.unwrap_or(default.timeout);
    if timeout.is_zero() {
        return Err(section.bad("timeout", "it has to be a second at least"));
    }
    Ok(ServerConfig {
        listen,
        tls,
        allow_plaintext,
        timeout,
        grace: time(section, "grace")?.unwrap_or(default.grace),
    })
}

fn tls(section: &Section<'_>) -> Result<Tls, ConfigError> {
    let wanted = "\"self-signed\", { certificate = \"…\", key = \"…\" }, or false";
    let files = match section.get("tls") {
        None => return Ok(Tls::SelfSigned),
        Some(Value::String(text)) if text == "self-signed" => return Ok(Tls::SelfSigned),
        Some(Value::Boolean(false)) => return Ok(Tls::Off),
        Some(Value::Table(files)) => files,
        Some(_) => return Err(section.not("tls", wanted)),
    };
    if let Some(key) = files
        .keys()
        .find(|key| !["certificate", "key"].contains(&key.as_str()))
    {
        return Err(unknown(
            "server.tls.",
            key,
            ["certificate", "key"].into_iter(),
        ));
    }
    let file = |key: &str| {
        let path = files
            .get(key)
            .and_then(Value::as_str)
            .filter(|path| !path.is_empty());
        path.map(Into::into)
            .ok_or_else(|| section.not(&format!("tls.{key}"), "the path of a PEM file"))
    };
    Ok(Tls::Files {
        certificate: file("certificate")?,
        key: file("key")?,
    })
}

fn time(section: &Section<'_>, key: &str) -> Result<Option<Duration>, ConfigError> {
    let problem = || section.bad(key, "it has to be a time like \"60s\", \"5m\" or \"1h\"");
    let text = match section.get(key) {
        None => return Ok(None),
        Some(Value::Integer(seconds)) => seconds.to_string(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(_) => return Err(problem()),
    };
    let unit_at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit.trim() {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => return Err(problem()),
    };
    let number: u64 = number.parse().map_err(|_| problem())?;
    number
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .map(Some)
        .ok_or_else(problem)
}

#[cfg(test)]
mod tests {
    use super::super::from_text;
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(
            from_text(text, []).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn servers() {
        let server = |text: &str| from_text(&format!("[server]\n{text}"), []).unwrap().server;
        assert_eq!(server("grace = '5m'").grace, Duration::from_secs(300));
        assert_eq!(server("grace = 90").grace, Duration::from_secs(90));
        assert_eq!(server("tls = false").tls, Tls::Off);
        assert_eq!(server("tls = false\nlisten = '[::1]:80'").tls, Tls::Off);
        assert_eq!(server("tls = false\nlisten = false").listen, Listen::Off);
        let files = Tls::Files {
            certificate: "c".into(),
            key: "k".into(),
        };
        assert_eq!(server("tls = { certificate = 'c', key = 'k' }").tls, files);
        check(
            "[server]\ntls = false\nlisten = '0.0.0.0:80'",
            "server.tls: false is for loopback only, and server.listen is not; server.allow_plaintext = true allows it, where the network between is your own",
        );
        let forced = server("tls = false\nlisten = '0.0.0.0:80'\nallow_plaintext = true");
        assert_eq!(forced.tls, Tls::Off);
        assert_eq!(server("timeout = '2m'").timeout, Duration::from_secs(120));
        check(
            "[server]\ntimeout = 0",
            "server.timeout: it has to be a second at least",
        );
        check(
            "[server]\ntls = { key = 'k' }",
            "server.tls.certificate has to be the path of a PEM file",
        );
        check(
            "[server]\nlisten = '8420'",
            "server.listen: it has to be host:port, or false",
        );
        check(
            "[server]\nlisten = true",
            "server.listen has to be host:port, or false",
        );
        check(
            "[server]\ngrace = 'soon'",
            "server.grace: it has to be a time like \"60s\", \"5m\" or \"1h\"",
        );
        check(
            "[server]\ngrace = '18446744073709551615h'",
            "server.grace: it has to be a time like \"60s\", \"5m\" or \"1h\"",
        );
    }
}
