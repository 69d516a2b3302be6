//! What the reader says of the source, as findings; and the rows that it could not understand.

use std::rc::Rc;

use super::{Apiomat, STAGES, codes};
use crate::engine::codes as engine;
use crate::engine::finding::one;
use crate::engine::{Cause, Finding, Planner, Severity, Stop};
use crate::legacy::apiomat::{Entity, Note, Reason, Refused};
use crate::model::{Key, tables};

/// Tells of each note.
pub fn report(plan: &mut Planner, notes: &[Note]) -> Result<(), Stop> {
    for note in notes {
        let code = note.code();
        let message = note.to_string();
        let end = match message.ends_with(['.', ')']) {
            true => "",
            false => ".",
        };
        plan.finding(Finding::new(
            code,
            severity(code),
            format!("{message}{end}"),
        ))?;
    }
    Ok(())
}

/// How severe a finding of this code is.
fn severity(code: &str) -> Severity {
    let known = codes::CODES.iter().chain(engine::CODES);
    let mut known = known.filter(|known| known.code == code);
    known
        .next()
        .map_or(Severity::Warning, |known| known.severity)
}

/// A reason as a sentence of its own.
fn sentence(reason: &str) -> String {
    let mut signs = reason.chars();
    let first = signs.next().map(|sign| sign.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), signs.as_str())
}

impl Apiomat {
    /// How a row is called that the reader refused.
    pub(super) fn refused_key(&self, refused: &Refused) -> Key {
        match refused.entity {
            Entity::Application | Entity::Customer => Key::text(refused.path.as_str()),
            _ => Key::text(self.path_of(&refused.path)),
        }
    }

    /// Accounts for the rows of a stage that the reader refused.
    pub(super) fn refuse(&self, plan: &mut Planner, stage: &str) -> Result<(), Stop> {
        let stage = STAGES.iter().find(|known| known.name == stage);
        let entities = stage.map_or(&[][..], |stage| stage.entities);
        let source = Rc::clone(&self.source);
        let in_stage = |row: &&Refused| entities.contains(&row.entity.word());
        for row in source.refused.iter().filter(in_stage) {
            self.refuse_one(plan, row, &source.refused)?;
        }
        Ok(())
    }

    fn refuse_one(&self, plan: &mut Planner, row: &Refused, all: &[Refused]) -> Result<(), Stop> {
        let (entity, key) = (row.entity.word(), self.refused_key(row));
        if let Reason::HangsOn(path) = &row.reason
            && let Some(above) = all.iter().find(|it| it.path == *path)
        {
            let cause = Cause {
                entity: above.entity.word().into(),
                legacy_id: self.refused_key(above).to_string(),
                code: above.reason.code().into(),
            };
            plan.fall_with(entity, &key, "", &cause)?;
            return Ok(());
        }
        // the finding's place is the row's path
        let reason = sentence(&row.reason.to_string());
        let message = format!("{reason} This {} does not come in.", one(entity));
        let finding = Finding::new(row.reason.code(), Severity::Error, message);
        let finding = finding.on(entity, &key, "");
        // what an earlier run brought of it stays as it is
        match row.entity {
            Entity::Application => drop(plan.refuse::<tables::Application>(entity, &key, finding)?),
            Entity::Customer => drop(plan.refuse::<tables::Customer>(entity, &key, finding)?),
            Entity::System => {
                drop(plan.refuse::<tables::ApplicationSystem>(entity, &key, finding)?)
            }
            Entity::Module => drop(plan.refuse::<tables::Module>(entity, &key, finding)?),
            Entity::Class => drop(plan.refuse::<tables::Class>(entity, &key, finding)?),
            Entity::Attribute => drop(plan.refuse::<tables::Attribute>(entity, &key, finding)?),
            Entity::Servercode => drop(plan.refuse::<tables::Servercode>(entity, &key, finding)?),
        }
        Ok(())
    }
}
