//! Plan, ask, apply: how any recipe's rows reach the store. Knows no recipe and no terminal.
//!
//! A [`Recipe`] runs its stages against a [`Planner`], which compares what the recipe maps
//! with the ledger and the store and spools the differences: the plan. The person is shown
//! the results and asked; then the plan is applied in one transaction. A rehearsal takes the
//! same way and rolls back at the end, which is why it proves what the real run will do.

pub mod apply;
pub mod change;
pub mod codes;
pub mod credentials;
pub mod decisions;
pub mod finding;
pub mod findings;
pub mod guards;
pub mod journal;
pub mod names;
pub mod plan;
pub mod report;
pub mod run;
mod stages;
pub mod stop;
pub mod tally;
pub mod tape;

pub use decisions::{Choice, Question, Reply, Resolved};
pub use finding::{Cause, Finding, Severity};
pub use guards::Familiar;
pub use names::Claim;
pub use plan::{Draft, Placed, Planner, Swept, Target};
pub use stop::{Side, Stop};
pub use tally::Outcome;

use crate::model::Key;

/// How one kind of legacy source maps to the store.
pub trait Recipe {
    fn name(&self) -> &'static str;

    /// The kind of source (`sqlite`) and an identity a person recognises, without secrets.
    fn source(&self) -> (String, String);

    /// Whether the source stays the same while it is read.
    fn snapshot(&self) -> Snapshot {
        Snapshot::Whole
    }

    /// The stages in their order, and the entities that each one accounts for.
    fn stages(&self) -> &'static [Stage];

    /// The tables from which rows go that vanish from the source, parents before children.
    fn sweeps(&self) -> &'static [Swept] {
        &[]
    }

    /// Checks what must hold before any row is read, and plans what the command itself
    /// brings (layers from a file). Runs before the first stage.
    ///
    /// # Errors
    /// [`Stop::Wrong`] with the name of the setting and what to do.
    fn prepare(&mut self, plan: &mut Planner) -> Result<(), Stop>;

    /// The keys of a stage's entities, counted apart from the reader that maps them.
    ///
    /// # Errors
    /// The source fails.
    fn scan(
        &mut self,
        stage: &'static str,
        each: &mut dyn FnMut(&'static str, &Key),
    ) -> Result<(), Stop>;

    /// Maps one stage's rows.
    ///
    /// # Errors
    /// The source or the store fails, or the person cancels. A bad row is no error.
    fn run(&mut self, stage: &'static str, plan: &mut Planner) -> Result<(), Stop>;

    /// How much of what imports brought before the source still has.
    fn familiar(&self) -> Familiar {
        Familiar::default()
    }

    /// What part of all that it could bring this source is, where sources come one by one: what
    /// was found in another part is not gone because this one does not have it.
    fn scope(&self) -> Option<String> {
        None
    }

    /// What the next run compares its source with.
    fn notes(&self) -> journal::Notes {
        journal::Notes::default()
    }

    /// A guard of the recipe's own, asked when the plan is complete: why an unattended run
    /// must not go on.
    fn hold(&self) -> Option<Finding> {
        None
    }
}

/// What a source can promise about what is read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// All of it is of one moment.
    Whole,
    /// It may change under the reader.
    None,
}

/// One step of a recipe.
#[derive(Debug)]
pub struct Stage {
    pub name: &'static str,
    pub entities: &'static [&'static str],
    /// The entities whose rows it reads: how long it takes.
    pub reads: &'static [&'static str],
}

/// The person, or what stands in for one: shown progress, asked questions.
pub trait Ui {
    fn stage(&mut self, _name: &str, _rows: u64) {}
    fn advance(&mut self, _rows: u64) {}
    fn row(&mut self, _outcome: Outcome, _entity: &str, _key: &Key, _name: &str) {}
    /// Rows that were told of do not count: they are told of again, or are out of the plan.
    fn taken_back(&mut self, _rows: Extent) {}
    /// The plan that is complete, before anybody is asked.
    fn planned(&mut self, _plan: &mut change::Spool) {}
    fn finding(&mut self, _finding: &Finding) {}
    fn applying(&mut self, _changes: u64) {}
    /// Whether the person wants to stop (Ctrl-C, SIGTERM, SIGHUP).
    fn cancelled(&self) -> bool {
        false
    }
    /// Whether there is a person who can be asked.
    fn attended(&self) -> bool {
        false
    }
    /// Asks what the data cannot answer.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] at the end of input.
    fn ask(&mut self, _question: &Question) -> Result<Reply, Stop> {
        Err(Stop::Cancelled)
    }
    /// Shows a warning that calls for a person's consent before the run goes on.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] at the end of input.
    fn consent(&mut self, _finding: &Finding) -> Result<Consent, Stop> {
        Err(Stop::Cancelled)
    }
    /// Shows the results and asks whether they satisfy.
    ///
    /// # Errors
    /// [`Stop::Cancelled`] at the end of input.
    fn satisfied(&mut self, _report: &report::Report) -> Result<Consent, Stop> {
        Err(Stop::Cancelled)
    }
}

/// Which rows are taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those of the stage under way.
    Stage,
    /// All of the plan.
    Plan,
}

/// A person's yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    Yes,
    No,
}
