//! Wall time and peak memory of another program.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What one program took.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Wall time.
    pub seconds: f64,
    /// The most memory it had resident.
    pub peak_mib: f64,
    /// The number it printed, where it printed one.
    pub rows: Option<u64>,
}

/// Runs a program to its end.
///
/// # Errors
///
/// Where it ends with an exit code that is not among `expected`.
pub fn measure(command: &mut Command, expected: &[i32]) -> Result<Measured> {
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting")?;
    let status_file = format!("/proc/{}/status", child.id());
    let (ended, is_running) = channel::<()>();
    let watch = thread::spawn(move || {
        let mut peak = 0;
        // The kernel keeps the high-water mark, so what is missed is only the last moment's growth.
        while is_running.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout) {
            peak = high_water_mark(&status_file).unwrap_or(0).max(peak);
        }
        peak
    });
    let output = child.wait_with_output()?;
    let seconds = start.elapsed().as_secs_f64();
    drop(ended);
    let peak = watch.join().unwrap_or(0);
    if !output
        .status
        .code()
        .is_some_and(|code| expected.contains(&code))
    {
        bail!("{command:?} ended with {}", output.status);
    }
    let rows = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    Ok(Measured {
        seconds,
        peak_mib: peak as f64 / 1024.0,
        rows,
    })
}

/// Peak resident memory in KiB, as long as the process is running.
fn high_water_mark(status_file: &str) -> Option<u64> {
    let status = fs::read_to_string(status_file).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The medians of several measurements.
pub fn median<'a>(all: impl Iterator<Item = &'a Measured> + Clone) -> Measured {
    let middle = |pick: fn(&Measured) -> f64| {
        let mut values: Vec<f64> = all.clone().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Measured {
        seconds: middle(|one| one.seconds),
        peak_mib: middle(|one| one.peak_mib),
        rows: all.clone().find_map(|one| one.rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_measured() {
        let sleep = measure(Command::new("sh").args(["-c", "echo 7; sleep 0.2"]), &[0]).unwrap();
        assert!(
            sleep.seconds >= 0.2 && sleep.peak_mib > 0.0 && sleep.rows == Some(7),
            "{sleep:?}"
        );
        assert!(measure(Command::new("sh").args(["-c", "exit 3"]), &[0]).is_err());
    }
}
