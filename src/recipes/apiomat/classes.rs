//! Stages `modules`, `classes` and `attributes`: what an application's data is, and its code.

use super::applications::text;
use super::{Apiomat, Below, Mapped};
use crate::engine::{Planner, Stop};
use crate::legacy::apiomat::{Class, Module};
use crate::model::tables;
use crate::text::storable;

impl Apiomat {
    fn modules(&self) -> &[Module] {
        &self.source.definition.modules
    }

    /// Every class, with its path and that of its module.
    pub(super) fn classes(&self) -> impl Iterator<Item = (String, String, &Class)> {
        self.modules().iter().flat_map(|module| {
            let above = self.path_of(&module.path());
            let path = move |class: &Class| format!("{above}/{}", class.name);
            let above = self.path_of(&module.path());
            let classes = module.classes.iter();
            classes.map(move |class| (path(class), above.clone(), class))
        })
    }

    pub(super) fn place_modules(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let rows = self.modules().iter().map(|module| {
            let system = module.system.word();
            let (name, version) = (module.name.clone(), module.version.clone());
            let kind = module.kind.clone();
            Mapped {
                path: self.path_of(&module.path()),
                parent: self.app().into(),
                name: name.clone(),
                rest: module.rest.clone(),
                keeps: self.unsaid(&[("type", kind.is_none())]),
                record: Box::new(move |application_id, data| tables::Module {
                    application_id,
                    system,
                    name: storable(&name).into_owned(),
                    version: storable(&version).into_owned(),
                    kind: text(kind),
                    data,
                }) as Below<tables::Module>,
            }
        });
        let rows = rows.collect();
        self.place_below(plan, ("modules", "application_id"), rows)
    }

    pub(super) fn place_classes(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let rows = self.classes().map(|(path, parent, class)| {
            let (name, legacy_id) = (class.name.clone(), class.legacy_id.clone());
            let above = class.parent.clone();
            let (is_global, is_transient) = (class.is_global, class.is_transient);
            let keeps = self.unsaid(&[
                ("legacy_id", legacy_id.is_none()),
                ("parent", above.is_none()),
                ("is_global", is_global.is_none()),
                ("is_transient", is_transient.is_none()),
            ]);
            Mapped {
                path,
                parent,
                name: name.clone(),
                rest: class.rest.clone(),
                keeps,
                record: Box::new(move |module_id, data| tables::Class {
                    module_id,
                    name: storable(&name).into_owned(),
                    legacy_id: text(legacy_id),
                    parent: text(above),
                    is_global: is_global.unwrap_or(false),
                    is_transient: is_transient.unwrap_or(false),
                    data,
                }) as Below<tables::Class>,
            }
        });
        let rows = rows.collect();
        self.place_below(plan, ("classes", "module_id"), rows)
    }

    pub(super) fn place_attributes(&mut self, plan: &mut Planner) -> Result<(), Stop> {
        let mut attributes = Vec::new();
        let mut servercode = Vec::new();
        for (class_path, _, class) in self.classes() {
            for attribute in class.attributes.clone() {
                let keeps = self.unsaid(&[
                    ("type", attribute.kind.is_none()),
                    ("refers_to", attribute.refers_to.is_none()),
                    ("is_collection", attribute.is_collection.is_none()),
                    ("is_reference", attribute.is_reference.is_none()),
                    ("is_mandatory", attribute.is_mandatory.is_none()),
                    ("is_indexed", attribute.is_indexed.is_none()),
                    ("is_embedded", attribute.is_embedded.is_none()),
                ]);
                attributes.push(Mapped {
                    path: format!("{class_path}/{}", attribute.name),
                    parent: class_path.clone(),
                    name: attribute.name.clone(),
                    rest: attribute.rest.clone(),
                    keeps,
                    record: Box::new(move |class_id, data| tables::Attribute {
                        class_id,
                        name: storable(&attribute.name).into_owned(),
                        kind: text(attribute.kind),
                        is_collection: attribute.is_collection.unwrap_or(false),
                        is_reference: attribute.is_reference.unwrap_or(false),
                        is_mandatory: attribute.is_mandatory.unwrap_or(false),
                        is_indexed: attribute.is_indexed.unwrap_or(false),
                        is_embedded: attribute.is_embedded.unwrap_or(false),
                        refers_to: text(attribute.refers_to),
                        data,
                    }) as Below<tables::Attribute>,
                });
            }
            for code in class.servercode.clone() {
                servercode.push(Mapped {
                    path: format!("{class_path}/{}", code.name),
                    parent: class_path.clone(),
                    name: code.name.clone(),
                    rest: code.rest.clone(),
                    keeps: self.unsaid(&[("language", code.language.is_none())]),
                    record: Box::new(move |class_id, data| tables::Servercode {
                        class_id,
                        name: storable(&code.name).into_owned(),
                        language: text(code.language),
                        code: storable(&code.code).into_owned(),
                        data,
                    }) as Below<tables::Servercode>,
                });
            }
        }
        self.place_below(plan, ("attributes", "class_id"), attributes)?;
        self.place_below(plan, ("servercode", "class_id"), servercode)
    }
}
