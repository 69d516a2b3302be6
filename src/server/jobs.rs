//! Runs that were asked for over HTTP: one at a time, watched while they go on, their reports
//! kept as files, and of rehearsals the outcome of each row and the plan too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use super::home::Home;
use crate::files::sweep;
use crate::time::to_the_second;

/// Jobs that are remembered, and reports that are kept.
const KEPT: usize = 20;

/// Rehearsals whose rows and plans are kept: those of a large source are large.
const REHEARSALS: usize = 5;

/// Progress that a watcher may be behind before it misses some.
const BEHIND: usize = 256;

/// How often progress within a stage is told.
const OFTEN: Duration = Duration::from_millis(200);

/// What is asked for.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `nodeshot`, the only one
    #[serde(default = "nodeshot")]
    pub recipe: String,
    /// Do everything and take it back
    #[serde(default)]
    pub dry_run: bool,
    /// Apply only the plan with this digest
    #[serde(default)]
    pub expect: Option<String>,
    /// Delete however much vanished from the source
    #[serde(default)]
    pub allow_deletes: bool,
    /// Take a source that does not look like the one before
    #[serde(default)]
    pub accept_source: bool,
}

fn nodeshot() -> String {
    "nodeshot".into()
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Result {
    /// As the command would have ended.
    pub exit: u8,
    /// What went wrong, in a sentence.
    pub message: Option<String>,
}

/// The files in which a run is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub report: PathBuf,
    /// The outcome of each row.
    pub rows: PathBuf,
    pub plan: PathBuf,
}

/// Who does the runs.
pub trait Runner: Send + Sync {
    /// Runs as `heirloom sync` does, and writes the report to its file; a rehearsal also writes
    /// the other two. Returns when it is over.
    fn run(&self, request: &Request, kept: &Kept, watcher: Watcher) -> Result;
}

/// How far something is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// A stage of the run, `writing` at its end
    pub stage: String,
    pub done: u64,
    pub of: u64,
}

/// Is told how far a run is.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(Progress) + Send + Sync>);

impl Watcher {
    pub fn new(tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Watcher(Arc::new(tell))
    }

    pub fn tell(&self, stage: &str, done: u64, of: u64) {
        (self.0)(Progress {
            stage: stage.into(),
            done,
            of,
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Running,
    Done,
    Failed,
}

/// One run that was asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Job {
    pub job: String,
    pub state: State,
    pub request: Request,
    /// Who asked
    pub by: String,
    pub started: String,
    pub finished: Option<String>,
    pub progress: Option<Progress>,
    /// As the command's exit code
    pub exit: Option<u8>,
    /// What went wrong
    pub message: Option<String>,
}

/// See the module.
pub struct Jobs {
    runner: Arc<dyn Runner>,
    reports: PathBuf,
    rehearsals: PathBuf,
    jobs: Mutex<VecDeque<Job>>,
    events: broadcast::Sender<Job>,
}

impl Jobs {
    pub fn new(runner: Arc<dyn Runner>, home: &Home) -> Self {
        Jobs {
            runner,
            reports: home.reports(),
            rehearsals: home.rehearsals(),
            jobs: Mutex::default(),
            events: broadcast::Sender::new(BEHIND),
        }
    }

    /// Begins a run on a thread of its own. `None` where one is under way.
    pub fn start(
        self: &Arc<Self>,
        request: Request,
        by: String,
        now: DateTime<Utc>,
        ended: impl FnOnce(State) + Send + 'static,
    ) -> Option<Job> {
        let mut jobs = self.jobs();
        if jobs.back().is_some_and(|job| job.state == State::Running) {
            return None;
        }
        let job = Job {
            job: now.format("%Y%m%dT%H%M%S%6fZ").to_string(),
            state: State::Running,
            request,
            by,
            started: to_the_second(now),
            finished: None,
            progress: None,
            exit: None,
            message: None,
        };
        jobs.push_back(job.clone());
        while jobs.len() > KEPT {
            jobs.pop_front();
        }
        drop(jobs);
        self.tell(&job);
        let (all, begun) = (self.clone(), job.clone());
        // it goes on however the client fares, and is asked to stop with the process
        std::thread::spawn(move || ended(all.run(&begun)));
        Some(job)
    }

    fn run(self: &Arc<Self>, job: &Job) -> State {
        let watching = Mutex::new((String::new(), Instant::now()));
        let (all, id) = (self.clone(), job.job.clone());
        let watcher = Watcher::new(move |progress| {
            let mut last = watching.lock().unwrap_or_else(PoisonError::into_inner);
            let news = last.0 != progress.stage || progress.done >= progress.of;
            if news || last.1.elapsed() >= OFTEN {
                *last = (progress.stage.clone(), Instant::now());
                all.change(&id, |job| job.progress = Some(progress));
            }
        });
        let kept = self.files(&job.job);
        let (runner, request) = (self.runner.clone(), job.request.clone());
        let run = std::panic::AssertUnwindSafe(move || runner.run(&request, &kept, watcher));
        let result = std::panic::catch_unwind(run).unwrap_or_else(|_| Result {
            exit: 1,
            message: Some("the run broke off; the store is as it was".into()),
        });
        let state = match result.message {
            None => State::Done,
            Some(_) => State::Failed,
        };
        self.change(&job.job, |job| {
            job.state = state;
            job.finished = Some(to_the_second(Utc::now()));
            job.exit = Some(result.exit);
            job.message = result.message;
        });
        // the report of a rehearsal stays as long as its plan
        let forgotten = forget_old(&self.rehearsals, REHEARSALS, &BTreeSet::new())
            .and_then(|rehearsals| forget_old(&self.reports, KEPT, &rehearsals));
        if let Err(error) = forgotten {
            tracing::warn!(target: "heirloom::server", "files of old runs stay: {error}");
        }
        state
    }

    /// A job that is remembered.
    pub fn get(&self, id: &str) -> Option<Job> {
        self.jobs().iter().find(|job| job.job == id).cloned()
    }

    /// Newest first.
    pub fn list(&self) -> Vec<Job> {
        self.jobs().iter().rev().cloned().collect()
    }

    /// Ready when no run is under way.
    pub async fn idle(&self) {
        while self.is_running() {
            tokio::time::sleep(OFTEN / 4).await;
        }
    }

    /// Whether one is under way.
    pub fn is_running(&self) -> bool {
        let jobs = self.jobs();
        jobs.back().is_some_and(|job| job.state == State::Running)
    }

    /// What changes from now on.
    pub fn watch(&self) -> broadcast::Receiver<Job> {
        self.events.subscribe()
    }

    /// The report of a job, of one before the last start too.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn report(&self, id: &str) -> io::Result<Option<serde_json::Value>> {
        let Some(kept) = self.kept(id) else {
            return Ok(None);
        };
        match std::fs::read(kept.report) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where a job's files are, if there are any; `None` where no job is called so.
    pub fn kept(&self, id: &str) -> Option<Kept> {
        let is_name = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_name.then(|| self.files(id))
    }

    fn files(&self, id: &str) -> Kept {
        Kept {
            report: self.reports.join(format!("{id}.json")),
            rows: self.rehearsals.join(format!("{id}.rows.jsonl")),
            plan: self.rehearsals.join(format!("{id}.plan.jsonl")),
        }
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Job)) {
        let mut jobs = self.jobs();
        let Some(job) = jobs.iter_mut().find(|job| job.job == id) else {
            return;
        };
        change(job);
        let job = job.clone();
        drop(jobs);
        self.tell(&job);
    }

    fn tell(&self, job: &Job) {
        // an error means that nobody watches
        let _ = self.events.send(job.clone());
    }

    fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes the files of all but so many jobs and those that are spared, and what killed servers
/// left half-made; the jobs whose files stay. Names begin with times: the first ones are the
/// oldest.
fn forget_old(
    folder: &Path,
    count: usize,
    spared: &BTreeSet<String>,
) -> io::Result<BTreeSet<String>> {
    sweep(folder, "", SystemTime::now());
    let mut files: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        match name.split_once('.') {
            None | Some(("", _)) => {}
            Some((job, _)) => files.entry(job.into()).or_default().push(entry.path()),
        }
    }
    let last = files.keys().rev().take(count).cloned();
    let stay: BTreeSet<String> = last.chain(spared.iter().cloned()).collect();
    let old = files.iter().filter(|(job, _)| !stay.contains(*job));
    old.flat_map(|(_, paths)| paths)
        .try_for_each(std::fs::remove_file)?;
    Ok(stay)
}
