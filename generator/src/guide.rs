//! The guide's table of agents and ports, in Markdown.
//!
//! The table is the one whose header starts with `Agent`, `SSH port`, `SPICE port`; rows are not padded, so
//! that a long name doesn't rewrite the others.

use crate::{
    error::{Error, Location, Result},
    name::AgentName,
    path::TreePath,
    vm::Vm,
};

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The first cell.
    pub agent: String,
    /// The second and third cells, as they are written.
    pub ports: [String; 2],
    /// The byte at which the row starts in the text.
    pub offset: usize,
}

/// The row of one agent, without its line break.
#[must_use]
pub fn row(name: &AgentName, vm: &Vm) -> String {
    format!("| {name} | {} | {} |", vm.ssh_port, vm.spice_port)
}

/// Whether a text has such a table.
#[must_use]
pub fn is_in(text: &str) -> bool {
    table(text).is_some()
}

/// The rows of the table; none when there is no such table.
#[must_use]
pub fn rows(text: &str) -> Vec<Row> {
    table(text).map(|table| table.rows).unwrap_or_default()
}

/// The text with `row` at the end of the table.
pub fn with(path: &TreePath, text: &str, row: &str) -> Result<String> {
    let table = table(text).ok_or_else(|| Error::NoPlace {
        at: Location::file(path),
        found: "there is no table with the columns Agent, SSH port and SPICE port".into(),
        by_hand: format!("add one by hand, with the row {row}"),
    })?;
    let (before, after) = text.split_at(table.end);
    let separator = if before.ends_with('\n') { "" } else { "\n" };
    let newline = if separator.is_empty() { "\n" } else { "" };
    Ok(format!("{before}{separator}{row}{newline}{after}"))
}

/// The text without the rows of `agent`.
#[must_use]
pub fn without(text: &str, agent: &AgentName) -> String {
    let gone: Vec<usize> =
        rows(text).into_iter().filter(|row| row.agent == agent.as_str()).map(|row| row.offset).collect();
    let lines = offsets(text).filter(|(offset, _)| !gone.contains(offset));
    let text_without: String = lines.map(|(_, line)| line).collect();
    // A last row without a line break leaves the one of the row before it.
    if text.ends_with('\n') { text_without } else { text_without.trim_end_matches('\n').to_owned() }
}

struct Table {
    rows: Vec<Row>,
    end: usize,
}

fn table(text: &str) -> Option<Table> {
    let mut lines = offsets(text).skip_while(|(_, line)| !is_header(line));
    lines.next()?;
    let (offset, rule) = lines.next()?;
    if !cells(rule)?.iter().all(|cell| cell.contains('-') && cell.bytes().all(|b| matches!(b, b'-' | b':'))) {
        return None;
    }
    let mut table = Table { rows: Vec::new(), end: offset + rule.len() };
    for (offset, line) in lines {
        let Some(cells) = cells(line) else { break };
        let cell = |index: usize| cells.get(index).copied().unwrap_or_default().to_owned();
        table.rows.push(Row { agent: cell(0), ports: [cell(1), cell(2)], offset });
        table.end = offset + line.len();
    }
    Some(table)
}

fn is_header(line: &str) -> bool {
    let header = ["agent", "ssh port", "spice port"];
    cells(line).is_some_and(|cells| {
        cells.len() >= header.len()
            && cells.iter().zip(header).all(|(cell, name)| cell.eq_ignore_ascii_case(name))
    })
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(str::trim).collect())
}

/// The lines with their line breaks, and the byte at which each starts.
fn offsets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |offset, line| {
        let start = *offset;
        *offset += line.len();
        Some((start, line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "| vesta | 2225 | 5902 |";

    fn check(before: &str, after: &str) {
        let path = TreePath::literal("docs/agentvms.md");
        let vesta = "vesta".parse().unwrap();
        assert_eq!(with(&path, before, ROW).unwrap(), after);
        assert_eq!(without(after, &vesta), before);
        assert_eq!(without(before, &vesta), before);
    }

    #[test]
    fn a_row_comes_and_goes_at_the_end_of_its_table() {
        check(
            "# Ports\n\n| A | B |\n|---|---|\n| vesta | 1 |\n\n| Agent | SSH port | SPICE port |\n| --- | --- | --- |\n| drago | 2223 | 5900 |\n\nMore.\n",
            "# Ports\n\n| A | B |\n|---|---|\n| vesta | 1 |\n\n| Agent | SSH port | SPICE port |\n| --- | --- | --- |\n| drago | 2223 | 5900 |\n| vesta | 2225 | 5902 |\n\nMore.\n",
        );
        check(
            "| agent | SSH Port | SPICE Port |\n|:-|-:|-|",
            "| agent | SSH Port | SPICE Port |\n|:-|-:|-|\n| vesta | 2225 | 5902 |",
        );
    }

    #[test]
    fn rows_are_read_as_they_are_written() {
        let rows =
            rows("| Agent | SSH port | SPICE port | Since |\n|---|---|---|---|\n|drago|2223 | x | y |\n");
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].agent.as_str(), rows[0].ports.each_ref().map(String::as_str)),
            ("drago", ["2223", "x"])
        );
    }

    #[test]
    fn without_a_table_there_is_no_place() {
        let error = with(&TreePath::literal("a.md"), "# Nothing\n", ROW).unwrap_err();
        assert!(matches!(error, Error::NoPlace { .. }));
    }
}
