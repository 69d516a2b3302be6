//! The least that filling a PostgreSQL database can cost: COPY of each legacy row, ready as text,
//! into the legacy tables with their keys and indexes, on one connection in one transaction.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xtask::servers::scratch_postgres;
use xtask::world::{TABLES, postgres};

use super::super::measure::{Measured, measure};

/// Where the rows stand ready.
pub struct Floor {
    script: PathBuf,
    rows: u64,
}

/// Refuses where PostgreSQL's client is missing.
pub fn ensure_psql() -> Result<()> {
    let there = Command::new("psql")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !there.is_ok_and(|status| status.success()) {
        bail!("psql is missing: sudo apt-get install postgresql-client");
    }
    Ok(())
}

impl Floor {
    /// Writes the rows of a world as text, one file a table, and the script that copies them.
    pub fn prepare(build: impl Fn(&str) -> Result<()>, folder: &Path) -> Result<Self> {
        let world = scratch_postgres();
        build(world.url())?;
        let folder = folder.join("floor");
        fs::create_dir_all(&folder)?;
        // Rows that point nowhere go in as where a restore disables the triggers.
        let mut script = "SET session_replication_role = replica;\n".to_owned();
        script += postgres::DDL
            .trim_end()
            .strip_suffix("COMMIT;")
            .context("the DDL is no transaction")?;
        let mut rows = 0;
        for table in TABLES {
            let file = folder.join(format!("{table}.copy"));
            let name = file.to_str().context("a folder whose name is no text")?;
            let mut copy = psql(world.url());
            copy.args(["--command", &format!("\\copy {table} TO '{name}'")]);
            measure(&mut copy, &[0])?;
            script += &format!("\\copy {table} FROM '{name}'\n");
            // a line is a row: line ends in texts are escaped
            let lines = fs::read(&file)?;
            rows += lines.iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        script += "COMMIT;\n";
        let file = folder.join("floor.sql");
        fs::write(&file, script)?;
        Ok(Self { script: file, rows })
    }

    /// Fills a new database.
    pub fn measure(&self) -> Result<Measured> {
        let into = scratch_postgres();
        let mut copy = psql(into.url());
        copy.arg("--file").arg(&self.script);
        Ok(Measured {
            rows: Some(self.rows),
            ..measure(&mut copy, &[0])?
        })
    }
}

fn psql(url: &str) -> Command {
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
    psql.env("PGOPTIONS", "--client-min-messages=warning");
    psql.args(["--dbname", url]);
    psql
}
