//! `heirloom layers`

use std::path::Path;

use super::args::Layers;
use super::context::Context;
use super::exit::{Exit, Failure};
use super::terminal::{say, table};
use crate::geometry::{read_area, read_layers};
use crate::store::layers::{self, Change, Layer, LayerError, Shape};
use crate::text::{Slug, printable, storable};

pub fn run(context: &Context, command: &Layers) -> Result<Exit, Failure> {
    match command {
        Layers::List => list(context)?,
        Layers::Import { file } => import(context, file)?,
        Layers::Add { name, slug, area } => {
            add(context, name, slug.as_deref(), area.as_deref())?;
        }
        Layers::Remove { slug } => {
            layers::remove(&mut context.open_store()?.connection, slug)?;
            context.confirm(&format!("The layer {slug} is removed."))?;
        }
    }
    Ok(Exit::Done)
}

fn list(context: &Context) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = layers::list(&mut context.open_store()?.connection)?
        .iter()
        .map(row)
        .collect();
    let header = [
        "id",
        "slug",
        "name",
        "nodes",
        "area",
        "polygons",
        "published",
    ];
    say(table(&header, &rows).trim_end())?;
    Ok(())
}

fn row(layer: &Layer) -> Vec<String> {
    let (area, polygons) = match layer.shape {
        Shape::None => ("no", 0),
        Shape::Polygons(count) => ("yes", count),
        Shape::Unsound => ("unsound", 0),
    };
    vec![
        layer.id.to_string(),
        printable(&layer.slug).into_owned(),
        printable(&layer.name).into_owned(),
        layer.nodes.to_string(),
        area.into(),
        polygons.to_string(),
        if layer.is_published { "yes" } else { "no" }.into(),
    ]
}

fn import(context: &Context, file: &Path) -> Result<(), Failure> {
    let features = read_layers(&read(file)?)
        .map_err(|error| Failure::wrong(format!("{}: {error}", file.display())))?;
    let changes = layers::put(&mut context.open_store()?.connection, &features)?;
    for (what, change) in [
        ("added", Change::Added),
        ("updated", Change::Updated),
        ("unchanged", Change::Unchanged),
    ] {
        let slugs: Vec<&str> = features
            .iter()
            .zip(&changes)
            .filter(|(_, became)| **became == change)
            .map(|(feature, _)| feature.slug.as_str())
            .collect();
        let names = if slugs.is_empty() {
            String::new()
        } else {
            format!(": {}", slugs.join(", "))
        };
        context.confirm(&format!("{} {what}{names}", slugs.len()))?;
    }
    Ok(())
}

fn add(
    context: &Context,
    name: &str,
    slug: Option<&str>,
    area: Option<&Path>,
) -> Result<(), Failure> {
    let (name, slug) = name_and_slug(name, slug)?;
    let area = area
        .map(|file| {
            read_area(&read(file)?).map_err(|problem| {
                Failure::wrong(format!(
                    "{}: the area can't be used, {problem}.",
                    file.display()
                ))
            })
        })
        .transpose()?;
    let mut store = context.open_store()?;
    match layers::add(&mut store.connection, &slug, &name, area.as_ref()) {
        Ok(id) => {
            let without = match area {
                Some(_) => "",
                None => ", without an area: it serves as default layer only",
            };
            context.confirm(&format!("The layer {slug} is added, id {id}{without}."))
        }
        Err(taken @ LayerError::Taken { .. }) => Err(Failure::wrong(format!(
            "{taken}. Give another one with --slug."
        ))),
        Err(error) => Err(error.into()),
    }
}

/// The name and slug that were typed, or the slug that the name makes.
pub(super) fn name_and_slug(name: &str, slug: Option<&str>) -> Result<(String, Slug), Failure> {
    let name = storable(name).trim().to_string();
    if name.is_empty() {
        return Err(Failure::wrong("--name is blank."));
    }
    let slug = match slug {
        Some(slug) => Slug::parse(slug).ok_or_else(|| {
            Failure::wrong(
                "--slug may have letters without accents, digits, - and _ only, and at least one.",
            )
        })?,
        None => Slug::from_name(&name).ok_or_else(|| {
            Failure::wrong(format!(
                "no slug can be made from the name {name:?}. Give one with --slug."
            ))
        })?,
    };
    Ok((name, slug))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::wrong(format!("cannot read {}: {error}", file.display())))
}
