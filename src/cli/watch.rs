//! What a backup or a restore shows while it goes on, and how it is stopped.

use indicatif::{ProgressBar, ProgressStyle};

use super::{signals, terminal};
use crate::archive::{Progress, Watch};

/// A bar where there is somebody to see it.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    pub fn new(verbosity: u8) -> Self {
        let bar = match verbosity >= 1 && terminal::attended() {
            true => ProgressBar::no_length(),
            false => ProgressBar::hidden(),
        };
        let style = ProgressStyle::with_template("{msg:12} {wide_bar} {human_pos}/{human_len}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Bar { bar }
    }
}

impl Watch for Bar {
    fn step(&mut self, progress: Progress<'_>) {
        if let Some(total) = progress.total {
            self.bar.set_length(total);
        }
        self.bar.set_message(progress.phase.word());
        self.bar.set_position(progress.rows);
    }

    fn cancelled(&self) -> bool {
        signals::cancelled()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
