//! Parsing that hostile text can't crash.

/// A place in a text: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

/// Where a text is no Nix, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub position: Position,
}

/// The position of a byte offset.
#[must_use]
pub fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
    Position { line: number(line), column: number(column) }
}

/// Parses a text as Nix.
pub fn parse(text: &str) -> Result<rnix::Root, SyntaxError> {
    rnix::Root::parse(text)
        .ok()
        .map_err(|error| SyntaxError { message: error.to_string(), position: position(text, 0) })
}
