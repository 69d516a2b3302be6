//! The one place that waits: for the moment, for the run, for the wish to stop.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job as Ring, JobScheduler, JobSchedulerError};

use super::{Agenda, Ending};

/// What goes on, for whoever tells it.
#[derive(Debug)]
pub enum Event<'a, J, T> {
    /// Nothing runs; the agenda knows what comes next.
    Waiting(&'a Agenda<J>),
    /// A job has ended.
    Ended(J, T, &'a Agenda<J>),
    /// A job broke off where none may.
    Broken(J, &'a Agenda<J>),
    /// A run is under way, and was asked to stop.
    Stopping,
    /// It did not stop in time, and is left to end with the process.
    Abandoned,
}

/// What can be on an agenda: a small value that names it.
pub trait Job: Copy + PartialEq + Send + 'static {}

impl<J: Copy + PartialEq + Send + 'static> Job for J {}

/// Why nothing can be waited for.
#[derive(Debug, thiserror::Error)]
pub enum ClockworkError {
    #[error("the scheduler cannot start: {0}")]
    Runtime(#[from] std::io::Error),
    #[error("the scheduler failed: {0}")]
    Scheduler(#[from] JobSchedulerError),
}

/// Runs one job after the other, each when the agenda says, on a thread of its own, until
/// `stop` is ready. A run under way then has `grace` to end.
///
/// # Errors
/// The machinery that waits cannot be started.
pub fn follow<J: Job, T: Send + 'static>(
    agenda: Agenda<J>,
    run: impl Fn(J) -> (Ending, T) + Send + Sync + 'static,
    stop: impl Future<Output = ()>,
    grace: Duration,
    tell: impl FnMut(Event<'_, J, T>),
) -> Result<(), ClockworkError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let ended = runtime.block_on(all_runs(agenda, Arc::new(run), stop, grace, tell));
    // not waiting for a run that was given up
    runtime.shutdown_background();
    ended
}

async fn all_runs<J: Job, T: Send + 'static>(
    mut agenda: Agenda<J>,
    run: Arc<impl Fn(J) -> (Ending, T) + Send + Sync + 'static>,
    stop: impl Future<Output = ()>,
    grace: Duration,
    mut tell: impl FnMut(Event<'_, J, T>),
) -> Result<(), ClockworkError> {
    let alarm = JobScheduler::new().await?;
    alarm.start().await?;
    tokio::pin!(stop);
    tell(Event::Waiting(&agenda));
    while let Some((job, moment)) = agenda.next() {
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            woken = wait(&alarm, moment) => woken?,
        }
        let run = run.clone();
        let mut under_way = tokio::task::spawn_blocking(move || run(job));
        let ended = tokio::select! {
            ended = &mut under_way => ended,
            () = &mut stop => {
                last_run(job, under_way, grace, &mut agenda, tell).await;
                return Ok(());
            }
        };
        note(job, ended, &mut agenda, &mut tell);
    }
    Ok(())
}

/// Waits for a run that was asked to stop.
async fn last_run<J: Job, T>(
    job: J,
    under_way: JoinHandle<(Ending, T)>,
    grace: Duration,
    agenda: &mut Agenda<J>,
    mut tell: impl FnMut(Event<'_, J, T>),
) {
    tell(Event::Stopping);
    match tokio::time::timeout(grace, under_way).await {
        Ok(ended) => note(job, ended, agenda, &mut tell),
        Err(_) => tell(Event::Abandoned),
    }
}

fn note<J: Job, T>(
    job: J,
    ended: Result<(Ending, T), tokio::task::JoinError>,
    agenda: &mut Agenda<J>,
    tell: &mut impl FnMut(Event<'_, J, T>),
) {
    match ended {
        Ok((ending, result)) => {
            agenda.ended(job, ending, Utc::now());
            tell(Event::Ended(job, result, agenda));
        }
        Err(_) => {
            agenda.ended(job, Ending::Fault, Utc::now());
            tell(Event::Broken(job, agenda));
        }
    }
}

/// Waits for a moment of the machine's clock, however often that is set meanwhile.
async fn wait(alarm: &JobScheduler, moment: DateTime<Utc>) -> Result<(), JobSchedulerError> {
    loop {
        let left = (moment - Utc::now()).to_std().unwrap_or_default();
        if left.is_zero() {
            return Ok(());
        }
        // the alarm counts whole seconds from the one that has begun
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        let (ring, mut rung) = mpsc::unbounded_channel();
        let job = Ring::new_one_shot(Duration::from_secs(seconds), move |_, _| {
            // nobody listens any more where the wait was given up
            let _ = ring.send(());
        })?;
        alarm.add(job).await?;
        // a clock that was set back meanwhile is waited for again
        let _ = rung.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::{Planner, Timetable};
    use chrono_tz::Tz;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Instant;

    /// What was told, in words, and how long it took.
    fn check<T: Send + 'static>(
        run: impl Fn(()) -> (Ending, T) + Send + Sync + 'static,
        stop: impl Future<Output = ()>,
        grace: Duration,
    ) -> (Vec<&'static str>, Duration) {
        let now = Utc::now();
        let timetable = Timetable::parse("* * * * * *", Tz::UTC, now).unwrap();
        let mut told = Vec::new();
        let begun = Instant::now();
        follow(
            Agenda::new(vec![((), Planner::new(timetable, None, now))]),
            run,
            stop,
            grace,
            |event| {
                told.push(match event {
                    Event::Waiting(_) => "waiting",
                    Event::Ended(..) => "ended",
                    Event::Broken(..) => "broken",
                    Event::Stopping => "stopping",
                    Event::Abandoned => "abandoned",
                });
            },
        )
        .unwrap();
        (told, begun.elapsed())
    }

    /// A wish to stop, and who utters it.
    fn wish() -> (Arc<tokio::sync::Notify>, impl Future<Output = ()>) {
        let notice = Arc::new(tokio::sync::Notify::new());
        let stop = notice.clone();
        (notice, async move { stop.notified().await })
    }

    #[test]
    fn a_wish_that_came_before_is_heard() {
        let (told, _) = check(
            |()| (Ending::Settled, ()),
            std::future::ready(()),
            Duration::ZERO,
        );
        assert_eq!(told, ["waiting"]);
    }

    #[test]
    fn runs_follow_each_other_even_where_one_broke_off() {
        let (notice, stop) = wish();
        let runs = AtomicU32::new(0);
        let run = move |()| {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            assert_ne!(run, 1, "as it is meant");
            if run == 2 {
                notice.notify_one();
            }
            (Ending::Settled, ())
        };
        let (mut told, _) = check(run, stop, Duration::from_secs(60));
        // the third run may be over before the wish is heard
        told.retain(|event| *event != "stopping");
        assert_eq!(told, ["waiting", "ended", "broken", "ended"]);
    }

    #[test]
    fn a_run_that_does_not_stop_is_not_waited_for() {
        let (notice, stop) = wish();
        let run = move |()| {
            notice.notify_one();
            std::thread::sleep(Duration::from_secs(30));
            (Ending::Settled, ())
        };
        let (told, took) = check(run, stop, Duration::from_millis(200));
        assert_eq!(told, ["waiting", "stopping", "abandoned"]);
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}
