//! How far several deployments are: a line for each on a terminal, one line after the other elsewhere.

use std::time::Duration;

use generator::name::AgentName;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{
    deploy::{Say, Step},
    report,
};

/// The lines of all deployments.
pub(crate) struct Progress {
    lines: Vec<Line>,
    /// What is said while bars are shown must not go through them.
    bars: MultiProgress,
}

/// The line of one deployment.
pub(crate) struct Line {
    name: String,
    /// On a terminal: what is done now.
    bar: Option<ProgressBar>,
    bars: MultiProgress,
}

impl Progress {
    pub(crate) fn new(names: &[AgentName]) -> Self {
        let bars = MultiProgress::new();
        let width = names.iter().map(|name| name.as_str().len()).max().unwrap_or_default();
        let line = |name: &AgentName| {
            // Nothing is shown, not even what is printed above the bars, where there is no terminal, or a dumb one.
            let bar = (!bars.is_hidden()).then(|| bars.add(spinner()));
            Line { name: format!("{name:width$}"), bar, bars: bars.clone() }
        };
        let lines: Vec<_> = names.iter().map(line).collect();
        // Only when all are there: one that moves before is left behind where it was.
        for bar in lines.iter().filter_map(|line| line.bar.as_ref()) {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { lines, bars: bars.clone() }
    }

    /// The lines, in the order of the names.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// Takes the lines of the terminal away.
    pub(crate) fn finish(&self) {
        // What can't be cleared stays, and harms nobody.
        let _ = self.bars.clear();
    }
}

impl Say for Line {
    fn looking(&self, step: Step) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}  {step:9}  looks", self.name));
        }
    }

    fn doing(&self, step: Step, text: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(format!("{}  {step:9}  {text}", self.name)),
            None => report::note(&format!("{}  {step:9}  … {text}", self.name)),
        }
    }

    fn done(&self, step: Step, text: &str) {
        self.note(&format!("{step:9}  {text}"));
    }

    fn line(&self, text: &str) {
        if !text.trim().is_empty() {
            self.note(&format!("           {text}"));
        }
    }

    fn leave(&self, ask: &mut dyn FnMut()) {
        self.bars.suspend(ask);
    }

    fn note(&self, text: &str) {
        for line in text.lines() {
            let line = format!("{}  {line}", self.name);
            // Above the bars, and plain where there are none.
            if self.bar.is_none() || self.bars.println(&line).is_err() {
                report::note(&line);
            }
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
        bar.set_style(style);
    }
    bar
}
