//! What people see: data on stdout, everything else on stderr.

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use anyhow::{Context, Result};
use generator::plan::Plan;
use serde::Serialize;

/// What to do about an error, as context around it.
#[derive(Debug)]
pub(crate) struct Hint(pub(crate) String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Arguments that don't go together: the exit code is 2, as for those that can't be parsed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Shows an error: what failed, why, and what to do.
pub(crate) fn error(error: &anyhow::Error) {
    let (causes, hint) = parts(error);
    let mut lines =
        vec![style(Style::Error, "error: ") + causes.first().map_or("something failed", String::as_str)];
    lines.extend(causes.iter().skip(1).map(|cause| format!("  because: {cause}")));
    lines.extend(hint.map(|hint| format!("  {} {hint}", style(Style::Hint, "hint:"))));
    to_stderr(&lines.join("\n"));
}

/// What an error says, cause by cause, and what to do about it.
pub(crate) fn parts(error: &anyhow::Error) -> (Vec<String>, Option<String>) {
    let hint = error
        .downcast_ref::<Hint>()
        .map(|hint| hint.0.clone())
        .or_else(|| error.chain().find_map(|cause| cause.downcast_ref::<generator::error::Error>())?.hint());
    // A hint that is attached as context stands in the chain, too.
    let causes = error.chain().map(ToString::to_string).filter(|cause| Some(cause) != hint.as_ref());
    (causes.collect(), hint)
}

/// Says something that went well.
pub(crate) fn note(text: &str) {
    to_stderr(text);
}

/// Says something that may be wrong.
pub(crate) fn warning(text: &str) {
    to_stderr(&format!("{}{text}", style(Style::Warning, "warning: ")));
}

/// Prints data.
pub(crate) fn data(text: &str) -> Result<()> {
    bytes(text.as_bytes())
}

/// Prints bytes as they are.
pub(crate) fn bytes(bytes: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // The reader has seen enough (`| head`): that is no failure of ours.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("can't print"),
    }
}

/// Prints data as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    data(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Prints the diff of a plan, in colours on a terminal, and says what goes with it.
pub(crate) fn plan(plan: &Plan) -> Result<()> {
    let diff = plan.diff();
    let coloured = io::stdout().is_terminal() && colours();
    let lines = diff.split_inclusive('\n').map(|line| match line.as_bytes() {
        _ if !coloured => line.to_owned(),
        [b'+', ..] => format!("\x1b[32m{line}\x1b[0m"),
        [b'-', ..] => format!("\x1b[31m{line}\x1b[0m"),
        [b'@', ..] => format!("\x1b[36m{line}\x1b[0m"),
        [b'd', ..] => format!("\x1b[1m{line}\x1b[0m"),
        _ => line.to_owned(),
    });
    data(&lines.collect::<String>())?;
    for text in &plan.notes {
        note(&format!("note: {text}"));
    }
    Ok(())
}

/// One change of a plan, as JSON.
#[derive(Serialize)]
pub(crate) struct Change {
    path: String,
    kind: generator::plan::Kind,
    diff: String,
}

/// The changes of a plan, as JSON.
pub(crate) fn changes(plan: &Plan) -> Vec<Change> {
    let change = |it: &generator::plan::FileChange| Change {
        path: it.path.to_string(),
        kind: it.kind(),
        diff: it.diff(),
    };
    plan.changes.iter().map(change).collect()
}

/// Rows as a table: columns aligned, two spaces apart.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

#[derive(Clone, Copy)]
enum Style {
    Error,
    Warning,
    Hint,
}

fn style(style: Style, text: &str) -> String {
    if !(io::stderr().is_terminal() && colours()) {
        return text.to_owned();
    }
    let code = match style {
        Style::Error => "1;31",
        Style::Warning => "1;33",
        Style::Hint => "1;36",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}

/// Whether colours are wanted (no-color.org).
fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn to_stderr(text: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
