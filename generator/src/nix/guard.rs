//! Parsing that hostile text can't crash or slow down.
//!
//! rnix parses by recursive descent, and rowan drops its tree by recursion: text that nests deeply aborts the
//! process. A chain such as `1 + 1 + …` costs quadratic time, and so does a run of path characters, which the
//! tokenizer scans again from each token in it. So the tokens are counted before they are parsed, and the parser
//! runs on a stack of a stated size.

#[cfg(test)]
mod tests;

use std::{panic::resume_unwind, thread};

use rnix::SyntaxKind::{
    self, TOKEN_ADD, TOKEN_AND_AND, TOKEN_ASSERT, TOKEN_COLON, TOKEN_COMMA, TOKEN_COMMENT, TOKEN_CONCAT,
    TOKEN_DIV, TOKEN_EQUAL, TOKEN_ERROR, TOKEN_IF, TOKEN_IMPLICATION, TOKEN_INTERPOL_END,
    TOKEN_INTERPOL_START, TOKEN_INVERT, TOKEN_L_BRACE, TOKEN_L_BRACK, TOKEN_L_PAREN, TOKEN_LESS,
    TOKEN_LESS_OR_EQ, TOKEN_LET, TOKEN_MORE, TOKEN_MORE_OR_EQ, TOKEN_MUL, TOKEN_NOT_EQUAL, TOKEN_OR,
    TOKEN_OR_OR, TOKEN_PIPE_LEFT, TOKEN_PIPE_RIGHT, TOKEN_QUESTION, TOKEN_R_BRACE, TOKEN_R_BRACK,
    TOKEN_R_PAREN, TOKEN_SEMICOLON, TOKEN_STRING_END, TOKEN_STRING_START, TOKEN_SUB, TOKEN_UPDATE,
    TOKEN_WITH,
};
use rnix::{NixLanguage, NodeOrToken, Parse, ParseError, Root, Token};
use rowan::{GreenNodeData, GreenTokenData, Language};

/// The longest text that is parsed, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// How deep brackets, strings and interpolations may nest.
pub const MAX_NESTING: usize = 256;
/// How many operators or arguments may follow each other in one expression.
pub const MAX_CHAIN: u32 = 1000;

/// How deep chains and nesting together may make the syntax tree.
const MAX_DEPTH: u32 = 2500;
/// How many characters the tokenizer may look at again.
const MAX_SCAN: usize = 32 << 20;
/// Fewer bytes than a chain, a syntax tree or a scan that is refused takes.
const HARMLESS_BYTES: usize = 2000;
/// Nesting that the parser manages on any thread's stack, also in a build without optimization.
const SMALL_NESTING: usize = 64;
/// What the deepest text accepted needs in a build without optimization, several times over.
const STACK: usize = 64 << 20;

/// A place in a text: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// Whether the text is wrong, or only too much.
    pub cause: Cause,
}

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It is no Nix.
    Malformed,
    /// It is longer, deeper or more entangled than anything that people write.
    Excessive,
}

/// The position of a byte offset; of the end for an offset beyond it.
#[must_use]
pub fn position(text: &str, offset: usize) -> Position {
    Lines::of(text.get(..offset).unwrap_or(text)).position(text, offset)
}

/// Where the lines of a text start, for who asks for many positions in it.
#[derive(Debug, Clone)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// The lines of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(breaks.map(|(offset, _)| offset + 1)).collect())
    }

    /// [`position`], in the text that these are the lines of.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = if text.is_char_boundary(offset) { offset } else { text.len() };
        let line = self.0.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.0.get(line)).copied().unwrap_or_default();
        let column = text.get(start..offset).unwrap_or_default().chars().count();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: number(line), column: number(column + 1) }
    }
}

/// Parses a text as Nix, completely: a tree with error nodes is an error.
///
/// What rnix accepts is more than Nix does (duplicate attributes, undefined variables, numbers of any size), so a
/// parse is no proof of meaning.
pub fn parse(text: &str) -> Result<Parse<Root>, SyntaxError> {
    let parsed = if is_harmless(text) {
        let parsed = Root::parse(text);
        inspect(text, tokens(parsed.syntax().green()))?;
        parsed
    } else if inspect(text, rnix::tokenize(text))? <= SMALL_NESTING {
        Root::parse(text)
    } else {
        thread::scope(|scope| {
            let parser = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || Root::parse(text));
            parser.map(|parser| parser.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
        .map_err(|_| refuse(text, 0, Cause::Excessive, "no thread to parse this file can be started"))?
    };
    let Some(error) = parsed.errors().first() else { return Ok(parsed) };
    let (offset, message) = describe(error, text);
    let excessive = matches!(error, ParseError::RecursionLimitExceeded);
    Err(refuse(text, offset, if excessive { Cause::Excessive } else { Cause::Malformed }, &message))
}

/// Whether a text is too short for a chain that is too long, and has too little that opens anything to nest deeply.
/// Most files are such: they may be parsed before their tokens are looked at, so that the tokenizer runs once.
fn is_harmless(text: &str) -> bool {
    let opens = |byte: &u8| b"([{\"':".contains(byte);
    let words = ["let", "with", "if", "assert"];
    text.len() <= HARMLESS_BYTES
        && text.bytes().filter(|byte| opens(byte)).count()
            + words.iter().map(|word| text.matches(word).count()).sum::<usize>()
            <= SMALL_NESTING
}

/// The tokens of a syntax tree.
fn tokens(root: &GreenNodeData) -> impl Iterator<Item = Token<'_>> {
    let mut ahead: Vec<NodeOrToken<_, &GreenTokenData>> = vec![NodeOrToken::Node(root)];
    std::iter::from_fn(move || {
        loop {
            match ahead.pop()? {
                NodeOrToken::Node(node) => ahead.extend(node.children().rev()),
                NodeOrToken::Token(token) => {
                    return Some((NixLanguage::kind_from_raw(token.kind()), token.text()));
                }
            }
        }
    })
}

/// Walks over the tokens, refuses what is hostile, and says how deep the parser will recurse at most.
fn inspect<'a>(text: &str, mut tokens: impl Iterator<Item = Token<'a>>) -> Result<usize, SyntaxError> {
    if text.len() > MAX_BYTES {
        let message = format!("this file is longer than {} MiB", MAX_BYTES >> 20);
        return Err(refuse(text, 0, Cause::Excessive, &message));
    }
    let mut levels = Levels::default();
    let mut scan = Scan { text, run_end: 0, cost: 0 };
    let mut offset = 0;
    loop {
        // Counted before the tokenizer runs, since the tokenizer is what is slow.
        if scan.at(offset) > MAX_SCAN {
            let message = "too many operators or dots stand without a space between them here";
            return Err(refuse(text, offset, Cause::Excessive, message));
        }
        let Some((kind, token)) = tokens.next() else { break };
        levels.token(kind).map_err(|(cause, message)| refuse(text, offset, cause, &message))?;
        offset += token.len();
    }
    if levels.open.is_empty() {
        Ok(levels.deepest + levels.prefixes)
    } else {
        Err(refuse(text, text.len(), Cause::Malformed, "the file ends inside a bracket or string"))
    }
}

fn refuse(text: &str, offset: usize, cause: Cause, message: &str) -> SyntaxError {
    SyntaxError { message: message.to_owned(), position: position(text, offset), cause }
}

/// How often the tokenizer looks at the same characters: once from each token of a run of path characters.
struct Scan<'a> {
    text: &'a str,
    run_end: usize,
    cost: usize,
}

impl Scan<'_> {
    fn at(&mut self, offset: usize) -> usize {
        if offset >= self.run_end {
            let rest = self.text.as_bytes().get(offset..).unwrap_or_default();
            let run = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"/_.+-<".contains(byte));
            self.run_end = offset + run.count();
        }
        self.cost += self.run_end - offset;
        self.cost
    }
}

/// The brackets, strings and interpolations that are open at a token.
#[derive(Default)]
struct Levels {
    open: Vec<Level>,
    outermost: Level,
    deepest: usize,
    /// What nests without brackets. rnix stops at 512 of them, in one another.
    prefixes: usize,
}

#[derive(Default)]
struct Level {
    opener: Option<SyntaxKind>,
    /// Operators and operands since the last separator.
    chain: u32,
    /// The deepest bracket since the last separator: any of them may be the innermost operand of the chain.
    inner: u32,
    /// The deepest tree before the last separator.
    before: u32,
}

impl Level {
    fn depth(&self) -> u32 {
        self.before.max(self.inner + self.chain)
    }
}

impl Levels {
    fn token(&mut self, kind: SyntaxKind) -> Result<(), (Cause, String)> {
        match kind {
            TOKEN_ERROR => Err((Cause::Malformed, "this is no Nix".to_owned())),
            TOKEN_LET | TOKEN_WITH | TOKEN_IF | TOKEN_ASSERT => {
                self.prefixes += 1;
                Ok(())
            }
            TOKEN_COLON => {
                self.prefixes += 1;
                self.link(kind)
            }
            TOKEN_L_BRACE | TOKEN_L_BRACK | TOKEN_L_PAREN | TOKEN_INTERPOL_START | TOKEN_STRING_START => {
                // It is an operand of what it stands in, too.
                self.link(kind)?;
                self.open.push(Level { opener: Some(kind), ..Level::default() });
                self.deepest = self.deepest.max(self.open.len());
                if self.open.len() > MAX_NESTING {
                    return Err((Cause::Excessive, format!("brackets nest deeper than {MAX_NESTING}")));
                }
                Ok(())
            }
            TOKEN_R_BRACE => self.close(TOKEN_L_BRACE, "}"),
            TOKEN_R_BRACK => self.close(TOKEN_L_BRACK, "]"),
            TOKEN_R_PAREN => self.close(TOKEN_L_PAREN, ")"),
            TOKEN_INTERPOL_END => self.close(TOKEN_INTERPOL_START, "}"),
            TOKEN_STRING_END => self.close(TOKEN_STRING_START, "end of a string"),
            TOKEN_SEMICOLON | TOKEN_COMMA => {
                let level = self.innermost();
                *level = Level { opener: level.opener, before: level.depth(), ..Level::default() };
                Ok(())
            }
            SyntaxKind::TOKEN_WHITESPACE | TOKEN_COMMENT | SyntaxKind::TOKEN_STRING_CONTENT => Ok(()),
            kind if is_operator(kind) || kind.is_fn_arg() => self.link(kind),
            _ => Ok(()),
        }
    }

    fn innermost(&mut self) -> &mut Level {
        self.open.last_mut().unwrap_or(&mut self.outermost)
    }

    /// One more operator or operand in a chain. The elements of a list are not chained, save by `or`.
    fn link(&mut self, kind: SyntaxKind) -> Result<(), (Cause, String)> {
        let level = self.innermost();
        if matches!(level.opener, Some(TOKEN_L_BRACK | TOKEN_STRING_START)) && kind != TOKEN_OR {
            return Ok(());
        }
        level.chain += 1;
        // An operator comes with an operand.
        if level.chain > 2 * MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} operators or arguments follow each other");
            return Err((Cause::Excessive, message));
        }
        Ok(())
    }

    fn close(&mut self, opener: SyntaxKind, name: &str) -> Result<(), (Cause, String)> {
        let closed = self.open.pop_if(|level| level.opener == Some(opener));
        let Some(closed) = closed else {
            return Err((Cause::Malformed, format!("unexpected {name}")));
        };
        let level = self.innermost();
        level.inner = level.inner.max(closed.depth() + 1);
        if level.depth() > MAX_DEPTH {
            return Err((Cause::Excessive, "operators and brackets nest too deeply".to_owned()));
        }
        Ok(())
    }
}

fn is_operator(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        TOKEN_ADD
            | TOKEN_AND_AND
            | TOKEN_CONCAT
            | TOKEN_DIV
            | TOKEN_EQUAL
            | TOKEN_IMPLICATION
            | TOKEN_INVERT
            | TOKEN_LESS
            | TOKEN_LESS_OR_EQ
            | TOKEN_MORE
            | TOKEN_MORE_OR_EQ
            | TOKEN_MUL
            | TOKEN_NOT_EQUAL
            | TOKEN_OR
            | TOKEN_OR_OR
            | TOKEN_PIPE_LEFT
            | TOKEN_PIPE_RIGHT
            | TOKEN_QUESTION
            | TOKEN_SUB
            | TOKEN_UPDATE
    )
}

/// Where rnix found an error, and what it is, in words.
fn describe(error: &ParseError, text: &str) -> (usize, String) {
    match error {
        ParseError::Unexpected(range)
        | ParseError::UnexpectedExtra(range)
        | ParseError::UnexpectedWanted(_, range, _)
        | ParseError::UnexpectedDoubleBind(range) => {
            let start = usize::from(range.start());
            let found = text.get(start..).unwrap_or_default();
            // The range of an error starts before the space that precedes it.
            let offset = start + (found.len() - found.trim_start().len());
            let word: String =
                found.trim_start().chars().take_while(|c| !c.is_whitespace()).take(20).collect();
            (offset, format!("syntax error, unexpected `{word}`"))
        }
        ParseError::DuplicatedArgs(range, name) => {
            (range.start().into(), format!("duplicate formal function argument `{name}`"))
        }
        ParseError::RecursionLimitExceeded => (0, "expressions nest too deeply".to_owned()),
        _ => (text.len(), "syntax error, unexpected end of file".to_owned()),
    }
}
