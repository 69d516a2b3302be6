//! `cargo xtask world`: a legacy database of any size.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use xtask::world::mysql::{self, Charset, Engine, Tables};
use xtask::world::{Manifest, Oddities, Spec, layers_geojson, postgres, sqlite};

/// What the command line says.
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask world --nodes 300 --into old.sqlite3 --layers layers.geojson
  cargo xtask world --nodes 100000 --clean --into mysql://root@127.0.0.1:3306/old --engine myisam --charset latin1
  cargo xtask world --nodes 300 --portable --into postgres://postgres@127.0.0.1:5432/old

A MySQL or PostgreSQL database must exist and be empty. Oddities that its tables can't hold are not
in it: the rows that carry them with SQLite are plain, and the manifest does not name them.")]
pub struct Options {
    /// Rows in nodeshot_node; every other table follows from it
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    nodes: u32,
    /// Seed of all randomness: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to: PATH or sqlite:PATH (must not exist yet), mysql://… or postgres://… (must be empty)
    #[arg(long, value_name = "URL")]
    into: String,
    /// Leave the oddities of real installations out
    #[arg(long)]
    clean: bool,
    /// Only oddities that every engine holds: the same rows in each
    #[arg(long, conflicts_with = "clean")]
    portable: bool,
    /// Storage engine of a MySQL database's tables [default: innodb]
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Character set of a MySQL database's tables [default: utf8mb4]
    #[arg(long, value_enum)]
    charset: Option<Charset>,
    /// Also write the layers as GeoJSON
    #[arg(long, value_name = "FILE")]
    layers: Option<PathBuf>,
    /// Also write which oddity stands in which rows, as JSON
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

/// Builds the world and what was asked for beside it.
pub fn run(options: &Options) -> Result<()> {
    let spec = Spec {
        nodes: options.nodes as usize,
        seed: options.seed,
        oddities: if options.portable {
            Oddities::Portable
        } else {
            oddities(options.clean)
        },
    };
    let manifest = build(spec, options)?;
    if let Some(file) = &options.layers {
        write(file, &layers_geojson())?;
    }
    if let Some(file) = &options.manifest {
        write(file, &(serde_json::to_string_pretty(&manifest)? + "\n"))?;
    }
    println!(
        "{} nodes, {} kinds of oddities",
        spec.nodes,
        manifest.oddities.len()
    );
    Ok(())
}

fn build(spec: Spec, options: &Options) -> Result<Manifest> {
    let into = options.into.as_str();
    let (scheme, rest) = into.split_once(':').unwrap_or(("sqlite", into));
    let of_mysql = options.engine.is_some() || options.charset.is_some();
    if of_mysql && scheme != "mysql" {
        bail!("--engine and --charset are for a database of MySQL");
    }
    match scheme {
        "sqlite" => sqlite::build(spec, rest.as_ref()),
        "mysql" => {
            let tables = Tables {
                engine: options.engine.unwrap_or_default(),
                charset: options.charset.unwrap_or_default(),
            };
            mysql::build_with(spec, into, tables)
        }
        "postgres" | "postgresql" => postgres::build(spec, into),
        other if rest.starts_with("//") => {
            bail!("--into: {other} is none of sqlite, mysql, postgres")
        }
        _ => sqlite::build(spec, into.as_ref()),
    }
}

/// What the option `--clean` means.
pub fn oddities(clean: bool) -> Oddities {
    if clean {
        Oddities::LeftOut
    } else {
        Oddities::Woven
    }
}

fn write(file: &PathBuf, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}
