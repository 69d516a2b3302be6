//! The part of `cargo deny check licenses sources` that is never left out: every package of the
//! tree must offer a licence that `deny.toml` allows, and come from crates.io.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::steps::{cargo, root};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Checks every package of the tree and tells how many there are.
///
/// # Errors
///
/// Names each package that may not be used.
pub fn check() -> Result<usize> {
    let deny = fs::read_to_string(root().join("deny.toml")).context("reading deny.toml")?;
    let deny: Deny = toml::from_str(&deny).context("deny.toml")?;
    let output = cargo(&["metadata", "--format-version", "1", "--locked"]).output()?;
    ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let exceptions: BTreeMap<&str, &[String]> = deny
        .licenses
        .exceptions
        .iter()
        .map(|exception| (exception.name.as_str(), exception.allow.as_slice()))
        .collect();
    let refused: Vec<String> = metadata
        .packages
        .iter()
        .filter_map(|package| {
            let more = exceptions
                .get(package.name.as_str())
                .copied()
                .unwrap_or_default();
            let allowed: Vec<&String> = deny.licenses.allow.iter().chain(more).collect();
            let reason = objection(package, &allowed)?;
            Some(format!("{} {}: {reason}", package.name, package.version))
        })
        .collect();
    if !refused.is_empty() {
        bail!("packages that may not be used:\n{}", refused.join("\n"));
    }
    Ok(metadata.packages.len())
}

/// Why a package may not be used.
fn objection(package: &Package, allowed: &[&String]) -> Option<String> {
    // Without a source it is one of our own.
    if let Some(source) = package
        .source
        .as_deref()
        .filter(|source| *source != CRATES_IO)
    {
        return Some(format!("comes from {source}"));
    }
    let Some(license) = &package.license else {
        return Some("states no licence".into());
    };
    match Expression::parse_mode(license, ParseMode::LAX) {
        Err(error) => Some(format!("{license}: {}", error.reason)),
        Ok(expression) => {
            let satisfied =
                expression.evaluate(|one| allowed.iter().any(|name| **name == one.to_string()));
            (!satisfied).then(|| format!("{license} is not allowed"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(license: &str, allowed: &[&str]) -> bool {
        let package = Package {
            name: "x".into(),
            version: "1.0.0".into(),
            license: Some(license.into()),
            source: Some(CRATES_IO.into()),
        };
        let allowed: Vec<String> = allowed.iter().map(|&name| name.into()).collect();
        objection(&package, &allowed.iter().collect::<Vec<_>>()).is_none()
    }

    #[test]
    fn one_of_the_offered_licences_must_be_allowed() {
        assert!(check("MIT OR GPL-3.0-only", &["MIT"]));
        assert!(check("MIT/Apache-2.0", &["Apache-2.0"]));
        assert!(check(
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            &["MIT", "Unicode-3.0"]
        ));
        assert!(check(
            "Apache-2.0 WITH LLVM-exception",
            &["Apache-2.0 WITH LLVM-exception"]
        ));
        assert!(!check("(MIT OR Apache-2.0) AND Unicode-3.0", &["MIT"]));
        assert!(!check("Apache-2.0 WITH LLVM-exception", &["Apache-2.0"]));
        assert!(!check("GPL-3.0-only", &["MIT"]));
    }

    #[test]
    fn a_package_from_elsewhere_is_refused() {
        let package = Package {
            name: "x".into(),
            version: "1.0.0".into(),
            license: Some("MIT".into()),
            source: Some("git+https://git.example/x".into()),
        };
        assert!(objection(&package, &[&"MIT".into()]).is_some());
    }
}
