//! Scheduled backups, each with its drill.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::archive::folder::{self, Maker};
use crate::archive::{Drill, Id, Watch, drill};
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Failure};
use crate::cli::signals;
use crate::scheduler::Ending;
use crate::server::App;

/// What a backup came to.
pub struct Made {
    pub path: PathBuf,
    pub drill: Drill,
    /// Older ones that made room.
    pub gone: Vec<PathBuf>,
}

/// When the newest one was made.
pub fn last(context: &Context) -> Result<Option<DateTime<Utc>>, Failure> {
    Ok(folder::last_scheduled(&context.config.backup.directory)?)
}

/// Backs up, proves the backup, and lets older ones go. They stay where the new one is not
/// proven.
///
/// One that would have to wait for the server's is made up for.
pub fn attempt(context: &Context, server: Option<&App>) -> (Ending, Result<Made, Failure>) {
    let made = in_turn(context, server);
    let ending = match &made {
        Err(failure) if failure.exit != Exit::Cancelled => Ending::Fault,
        _ => Ending::Settled,
    };
    (ending, made)
}

fn in_turn(context: &Context, server: Option<&App>) -> Result<Made, Failure> {
    let busy = || Failure {
        exit: Exit::Busy,
        message: "a backup or a restore over HTTP is under way; it is tried again.".into(),
    };
    let turn = server.map(|app| app.maintenance_turn().ok_or_else(busy));
    let _turn = turn.transpose()?;
    make(context)
}

fn make(context: &Context) -> Result<Made, Failure> {
    let directory = &context.config.backup.directory;
    let id = Id::new(Utc::now());
    folder::prepare(directory)?;
    let path = directory.join(folder::file_name(&id, Maker::Schedule));
    let mut store = context.open_store()?;
    folder::create(&mut store.connection, &path, &id, &mut Unseen)?;
    drop(store);
    let drill = drill(&path, Utc::now, &mut Unseen)?;
    let gone = match drill.proven {
        true => folder::prune(directory, context.config.backup.keep)?,
        false => Vec::new(),
    };
    Ok(Made { path, drill, gone })
}

/// Nobody looks, but somebody may want it to stop.
struct Unseen;

impl Watch for Unseen {
    fn cancelled(&self) -> bool {
        signals::cancelled()
    }
}

impl Made {
    /// What the log says.
    pub fn line(&self) -> String {
        let gone = match self.gone.len() {
            0 => String::new(),
            count => format!(", {count} older removed"),
        };
        let path = self.path.display();
        match &self.drill.digest {
            Some(digest) => format!("backup {path}: restored in a drill, {digest}{gone}"),
            None => format!("backup {path}: the drill failed: {}", self.drill.message),
        }
    }
}
