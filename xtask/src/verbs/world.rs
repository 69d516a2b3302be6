//! `cargo xtask world`: a legacy database of any size.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use xtask::world::{Oddities, Spec, layers_geojson, sqlite};

/// What the command line says.
#[derive(Args)]
pub struct Options {
    /// Rows in nodeshot_node; every other table follows from it
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    nodes: u32,
    /// Seed of all randomness: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to, as sqlite:PATH; the file must not exist yet
    #[arg(long, value_name = "URL")]
    into: String,
    /// Leave the oddities of real installations out
    #[arg(long)]
    clean: bool,
    /// Also write the layers as GeoJSON
    #[arg(long, value_name = "FILE")]
    layers: Option<PathBuf>,
    /// Also write which oddity stands in which rows, as JSON
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

/// Builds the world and what was asked for beside it.
pub fn run(options: &Options) -> Result<()> {
    let Some(path) = options.into.strip_prefix("sqlite:") else {
        bail!("--into {}: only sqlite:PATH can be written", options.into);
    };
    let spec = Spec {
        nodes: options.nodes as usize,
        seed: options.seed,
        oddities: oddities(options.clean),
    };
    let manifest = sqlite::build(spec, path.as_ref())?;
    if let Some(file) = &options.layers {
        write(file, &layers_geojson())?;
    }
    if let Some(file) = &options.manifest {
        write(file, &(serde_json::to_string_pretty(&manifest)? + "\n"))?;
    }
    println!(
        "{path}: {} nodes, {} kinds of oddities",
        spec.nodes,
        manifest.oddities.len()
    );
    Ok(())
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
