//! Runs that the server is asked for: each is what `heirloom sync` does.

use super::args::{Nodeshot, RunOptions};
use super::context::Context;
use super::import::nodeshot::bring_in;
use super::prompt::Presence;
use super::sync;
use crate::engine::report::Mode;
use crate::server::{Kept, Request, RunResult, Runner, Watcher};

/// See the module.
pub struct Syncs(pub Context);

impl Runner for Syncs {
    fn run(&self, request: &Request, kept: &Kept, watcher: Watcher) -> RunResult {
        let mut context = self.0.clone();
        context.verbosity = 0;
        context.watcher = Some(watcher);
        let run = RunOptions {
            dry_run: request.dry_run,
            noinput: true,
            nodelete: context.config.schedule.nodelete,
            expect: request.expect.clone(),
            allow_deletes: request.allow_deletes,
            accept_source: request.accept_source,
            report: Some(kept.report.clone()),
            kept: request.dry_run.then(|| kept.clone()),
            ..RunOptions::default()
        };
        let arguments = Nodeshot {
            from: None,
            layers: None,
            default_layer: None,
            run,
        };
        let ended = match context.config.nodeshot.url {
            None => Err(sync::no_source()),
            Some(_) => bring_in(&context, &arguments, Mode::Sync, Presence::Unattended),
        };
        match ended {
            Ok(exit) => RunResult {
                exit: exit as u8,
                message: None,
            },
            Err(failure) => RunResult {
                exit: failure.exit as u8,
                message: Some(failure.message),
            },
        }
    }
}
