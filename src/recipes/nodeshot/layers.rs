//! Stage `layers`: which layer each node lies in. The layers themselves are the operator's:
//! drawn before, or brought with the run from a file.

use std::collections::{HashMap, HashSet};

use super::Nodeshot;
use super::nodes::position;
use super::reading::Reading;
use super::schema::node::{At, TABLE};
use super::settings::Settings;
use crate::config::LayerChoice;
use crate::engine::decisions::Waiting;
use crate::engine::{
    Choice, Draft, Finding, Outcome, Planner, Question, Resolved, Severity, Stop, Target,
};
use crate::geometry::{Area, AreaIndex};
use crate::legacy::LegacyRow;
use crate::model::{Key, Record as _, Value, tables};

/// The answers that are words and no layers.
const DEFAULT: &str = "default";
const DISCARD: &str = "discard";

#[derive(Clone, Debug)]
struct Layer {
    id: i64,
    slug: String,
    name: String,
}

/// The layers of the store and of the run, and the default among them.
#[derive(Default)]
pub struct Layers {
    layers: Vec<Layer>,
    index: Option<AreaIndex>,
    default: Option<i64>,
    /// How many nodes each layer holds, and how many it would hold with swapped coordinates.
    held: HashMap<i64, (u64, u64)>,
}

/// Brings in the layers of the run, reads those of the store, and finds the default.
pub fn prepare(settings: &Settings, plan: &mut Planner) -> Result<Layers, Stop> {
    let table = tables::Layer::TABLE;
    let (slug, name, area, published) = (
        table.column("slug"),
        table.column("name"),
        table.column("area"),
        table.column("is_published"),
    );
    let mut hidden = HashSet::new();
    let text = |value: &Value| value.as_text().unwrap_or_default().to_string();
    let mut layers: Vec<(Layer, Option<Area>)> = Vec::new();
    for row in plan.facts(table)? {
        let slug = text(&row.values[slug]);
        let shape = match row.values[area].as_text() {
            Some(json) => Some(Area::from_geojson(json).map_err(|problem| {
                Stop::Wrong(format!(
                    "the area of the layer {slug} in the store is not usable: {problem}. Draw it anew: heirloom layers import FILE.geojson"
                ))
            })?),
            None => None,
        };
        if row.values[published] == Value::Int(0) {
            hidden.insert(row.id);
        }
        let layer = Layer {
            id: row.id,
            slug,
            name: text(&row.values[name]),
        };
        layers.push((layer, shape));
    }
    let mut drafts = Vec::new();
    for feature in &settings.layers {
        let known = layers
            .iter()
            .find(|(layer, _)| layer.slug == feature.slug)
            .map(|(layer, _)| layer.id);
        drafts.push(Draft {
            key: Key::text(feature.slug.as_str()),
            name: feature.name.clone(),
            record: tables::Layer {
                slug: feature.slug.clone(),
                name: feature.name.clone(),
                description: feature.description.clone(),
                organization: feature.organization.clone(),
                area: feature.area.as_ref().map(crate::geometry::Area::to_geojson),
                is_published: feature
                    .is_published
                    .unwrap_or_else(|| known.is_none_or(|id| !hidden.contains(&id))),
            },
            target: Target::Exact(known),
            claim: None,
            keeps: Vec::new(),
            entity: None,
        });
    }
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by(|a, b| drafts[*a].key.cmp(&drafts[*b].key));
    drafts.sort_by(|a, b| a.key.cmp(&b.key));
    let placed = plan.place(drafts)?;
    for (index, place) in order.into_iter().zip(placed) {
        let feature = &settings.layers[index];
        let Ok(id) = place else { continue };
        layers.retain(|(layer, _)| layer.id != id);
        let layer = Layer {
            id,
            slug: feature.slug.clone(),
            name: feature.name.clone(),
        };
        layers.push((layer, feature.area.clone()));
    }
    layers.sort_by_key(|(layer, _)| layer.id);
    if layers.is_empty() {
        return Err(Stop::Wrong(
            "there is no layer, and every node belongs to one. Bring them with --layers FILE.geojson, or add them before: heirloom layers import FILE.geojson, heirloom layers add --name NAME --area FILE.geojson".into(),
        ));
    }
    let default = find_default(&settings.default_layer, &layers)?;
    let held = layers
        .iter()
        .filter(|(_, area)| area.is_some())
        .map(|(layer, _)| (layer.id, (0, 0)))
        .collect();
    let index = AreaIndex::new(
        layers
            .iter_mut()
            .filter_map(|(layer, area)| Some((layer.id, area.take()?))),
    );
    Ok(Layers {
        layers: layers.into_iter().map(|(layer, _)| layer).collect(),
        index: Some(index),
        default,
        held,
    })
}

/// A slug wins over an id.
fn find_default(
    choice: &LayerChoice,
    layers: &[(Layer, Option<Area>)],
) -> Result<Option<i64>, Stop> {
    let LayerChoice::Named(name) = choice else {
        return Ok(None);
    };
    let found = layers
        .iter()
        .find(|(layer, _)| layer.slug == *name)
        .or_else(|| {
            layers
                .iter()
                .find(|(layer, _)| layer.id.to_string() == *name)
        });
    match found {
        Some((layer, _)) => Ok(Some(layer.id)),
        None => Err(Stop::Wrong(format!(
            "nodeshot.default_layer (--default-layer) names {name:?}, and no layer has that slug or id. There are: {}",
            layers
                .iter()
                .map(|(layer, _)| layer.slug.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ))),
    }
}

impl Layers {
    fn at(&self, longitude: f64, latitude: f64) -> Vec<i64> {
        self.index
            .as_ref()
            .map(|index| index.at(longitude, latitude))
            .unwrap_or_default()
    }

    fn get(&self, id: i64) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.id == id)
    }

    /// Warns of a node that would lie in a layer with its coordinates swapped: `swapped` is
    /// the place it would have then. Counts it for each such layer.
    pub fn warn_of_swapped(
        &mut self,
        plan: &mut Planner,
        reading: &Reading,
        (longitude, latitude): (f64, f64),
    ) -> Result<(), Stop> {
        if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
            return Ok(());
        }
        let layers = self.at(longitude, latitude);
        for id in &layers {
            self.held.entry(*id).or_default().1 += 1;
        }
        if layers.is_empty() {
            return Ok(());
        }
        plan.finding(reading.about(
            "coordinates-swapped",
            Severity::Warning,
            format!("The node lies in no layer at latitude {longitude}, longitude {latitude}, and would with the two swapped."),
        ))
    }

    fn question(&self, key: &Key, name: &str, place: (f64, f64), candidates: &[i64]) -> Question {
        let layers: Vec<&Layer> = candidates.iter().filter_map(|id| self.get(*id)).collect();
        let mut slugs: Vec<&str> = layers.iter().map(|layer| layer.slug.as_str()).collect();
        slugs.sort_unstable();
        let mut choices = Vec::new();
        if let Some(default) = self.default.and_then(|id| self.get(id)) {
            choices.push(Choice {
                value: DEFAULT.into(),
                alias: Some("def".into()),
                label: format!("the default layer, {}", default.name),
            });
        }
        choices.push(Choice {
            value: DISCARD.into(),
            alias: Some("dis".into()),
            label: "leave the node out".into(),
        });
        for layer in &layers {
            // a layer that is called like one of the words can be chosen by its id
            let is_word = [DEFAULT, DISCARD].contains(&layer.slug.as_str());
            let id = layer.id.to_string();
            choices.push(if is_word {
                Choice {
                    value: id,
                    alias: None,
                    label: layer.name.clone(),
                }
            } else {
                Choice {
                    value: layer.slug.clone(),
                    alias: Some(id),
                    label: layer.name.clone(),
                }
            });
        }
        Question {
            key: format!("nodeshot.layer.{key}"),
            text: format!(
                "Node {key}, {name:?}, at longitude {} latitude {}, lies in {} layers. Which one is it in?",
                place.0,
                place.1,
                layers.len()
            ),
            facts: serde_json::json!({ "candidates": slugs, "position": [place.0, place.1] }),
            group: slugs.join(" "),
            choices,
            default: self.default.map(|_| DEFAULT.into()),
        }
    }

    fn chosen(&self, answer: &str) -> Option<i64> {
        match answer {
            DEFAULT => self.default,
            DISCARD => None,
            slug => self
                .layers
                .iter()
                .find(|layer| layer.slug == slug)
                .or_else(|| {
                    self.layers
                        .iter()
                        .find(|layer| layer.id.to_string() == slug)
                })
                .map(|layer| layer.id),
        }
    }
}

impl Nodeshot {
    pub(super) fn locate_nodes(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        self.batches(&TABLE, plan, |recipe, plan, rows| {
            for mut row in rows {
                recipe.locate_node(plan, &mut row)?;
            }
            Ok(())
        })?;
        let mut swapped: Vec<(i64, u64)> = self
            .layers
            .held
            .iter()
            .filter(|(_, (held, swapped))| *held == 0 && *swapped > 0)
            .map(|(id, (_, swapped))| (*id, *swapped))
            .collect();
        swapped.sort_unstable();
        for (id, count) in swapped {
            let slug = self.layers.get(id).map_or("", |layer| layer.slug.as_str());
            plan.finding(Finding::new(
                "layer-swapped",
                Severity::Warning,
                format!("The area of the layer {slug} holds no node, and would hold {count} with longitude and latitude swapped: GeoJSON has the longitude first."),
            ))?;
        }
        Ok(())
    }

    fn locate_node(&mut self, plan: &mut Planner, row: &mut LegacyRow) -> Result<(), Stop> {
        let id = row.id;
        if self.nodes.has_fallen(id) {
            return Ok(());
        }
        let mut reading = Reading::new(&TABLE, "nodes", self.zone, row);
        let Ok(place) = position(reading.raw_real(At::lng), reading.raw_real(At::lat)) else {
            return Ok(());
        };
        reading.name = reading.text_or_empty(At::name);
        let candidates = self.layers.at(place.0, place.1);
        for layer in &candidates {
            self.layers.held.entry(*layer).or_default().0 += 1;
        }
        let layer = match candidates.as_slice() {
            [] => self.outside(plan, &reading, place)?,
            [layer] => Ok(*layer),
            _ => self.ambiguous(plan, &reading, place, &candidates)?,
        };
        match layer {
            Ok(layer) => self.located.push(id, layer),
            Err(finding) => {
                let cause = plan.fall("nodes", &Key::id(id), Outcome::Discarded, finding)?;
                self.nodes.fell(id, cause);
            }
        }
        Ok(())
    }

    fn outside(
        &mut self,
        plan: &mut Planner,
        reading: &Reading,
        (longitude, latitude): (f64, f64),
    ) -> Result<Result<i64, Finding>, Stop> {
        self.layers
            .warn_of_swapped(plan, reading, (latitude, longitude))?;
        Ok(match self.layers.default {
            Some(default) => {
                plan.finding(reading.about(
                    "outside-layers-default",
                    Severity::Info,
                    "The node lies outside every layer: it is in the default layer.",
                ))?;
                Ok(default)
            }
            None => Err(reading.about(
                "outside-layers",
                Severity::Warning,
                format!("The node lies outside every layer at latitude {latitude}, longitude {longitude}, and there is no default layer: it is left out."),
            )),
        })
    }

    fn ambiguous(
        &mut self,
        plan: &mut Planner,
        reading: &Reading,
        place: (f64, f64),
        candidates: &[i64],
    ) -> Result<Result<i64, Finding>, Stop> {
        let key = reading.key();
        let question = self.layers.question(&key, &reading.name, place, candidates);
        let waiting = match plan.decide(&question)? {
            Resolved::Answer(answer) => {
                let chosen = self.layers.chosen(&answer);
                self.decided_out += u64::from(chosen.is_none());
                return Ok(chosen.ok_or_else(|| {
                    reading.about(
                        "discarded-by-decision",
                        Severity::Info,
                        format!(
                            "A person decided to leave this node out ({}).",
                            question.key
                        ),
                    )
                }));
            }
            Resolved::Undecided(waiting) => waiting,
        };
        let column = tables::Node::TABLE.column("layer_id");
        let current = plan
            .current(tables::Node::TABLE, &[&key])?
            .remove(&key)
            .and_then(|row| row.values[column].as_int())
            .filter(|layer| candidates.contains(layer));
        let slugs = question.group.replace(' ', ", ");
        let (code, why) = match waiting {
            Waiting::New => ("layer-undecided", "nobody has decided yet"),
            Waiting::Stale => (
                "decision-stale",
                "the recorded decision rests on other facts",
            ),
        };
        let taken = current.or(self.layers.default);
        let what = match (current, self.layers.default) {
            (Some(_), _) => "it stays in the layer it has",
            (None, Some(_)) => "it is in the default layer until then",
            (None, None) => "without a default layer it is left out until then",
        };
        let finding = reading.about(
            code,
            Severity::Warning,
            format!("The node lies in several layers ({slugs}) and {why}: {what}. Run the import on a terminal to decide."),
        );
        match taken {
            Some(layer) => {
                plan.finding(finding)?;
                Ok(Ok(layer))
            }
            None => Ok(Err(finding)),
        }
    }
}
