//! Strings and indented strings, piece by piece as Nix's lexer and parser cut them.

use std::rc::Rc;

use rnix::{
    NixLanguage, NodeOrToken, SyntaxKind,
    ast::{self, AstToken, InterpolPart},
};
use rowan::{Language, ast::AstNode};

use super::{Compiler, constant};
use crate::nix::eval::{
    error::Fallible,
    expr::{Expr, Kind},
    value::{Name, Val},
};

/// A piece of a string.
pub(super) enum Piece {
    Text(String),
    Interpolated(ast::Interpol),
}

impl Compiler<'_> {
    pub(super) fn string(&mut self, string: &ast::Str) -> Fallible<Kind> {
        let mut pieces = pieces(string);
        let at = self.at(string);
        if let Some(text) = only_text(&mut pieces) {
            return Ok(constant(Val::String(text, Some(at))));
        }
        let pieces = pieces.into_iter().map(|piece| match piece {
            Piece::Text(text) => Ok(Rc::new(Expr { at, kind: constant(Val::string(text)) })),
            Piece::Interpolated(inner) => self.child(inner.expr(), &inner),
        });
        Ok(Kind::Interpolation(pieces.collect::<Fallible<_>>()?))
    }
}

/// The text of a string that Nix's parser makes a constant of, so that it may stand where a name must be static.
pub(super) fn static_text(string: &ast::Str) -> Option<Name> {
    only_text(&mut pieces(string))
}

fn only_text(pieces: &mut [Piece]) -> Option<Name> {
    match pieces {
        [] => Some(Name::from("")),
        [Piece::Text(text)] => Some(Name::from(std::mem::take(text))),
        _ => None,
    }
}

fn pieces(string: &ast::Str) -> Vec<Piece> {
    let green = string.syntax().green();
    let quotes = green.children().next().and_then(NodeOrToken::into_token);
    if quotes.is_some_and(|token| token.text() == "''") {
        return strip_indentation(indented_pieces(string));
    }
    // Keys and paths are most of a file, and have no interpolation: the green tree has them without cursors.
    if green.children().all(|child| child.as_token().is_some()) {
        let content = SyntaxKind::TOKEN_STRING_CONTENT;
        let tokens = green.children().filter_map(NodeOrToken::into_token);
        let content = tokens.filter(|token| NixLanguage::kind_from_raw(token.kind()) == content);
        return content.map(|token| Piece::Text(unescape(token.text()))).collect();
    }
    let parts = string.parts().map(|part| match part {
        InterpolPart::Literal(text) => Piece::Text(unescape(text.syntax().text())),
        InterpolPart::Interpolation(inner) => Piece::Interpolated(inner),
    });
    parts.collect()
}

/// The text of `"…"`, its escapes resolved.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(escaped)),
            c => text.push(c),
        }
    }
    text
}

fn escaped(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        c => c,
    }
}

/// A piece of `''…''` before its indentation is stripped.
#[derive(Debug, PartialEq)]
enum Raw<T> {
    /// Text as it stands.
    Plain(String),
    /// What an escape, a lone `$` or a lone `'` stands for: it ends the indentation of its line.
    Escape(String),
    Interpolated(T),
}

fn indented_pieces(string: &ast::Str) -> Vec<Raw<ast::Interpol>> {
    let mut pieces = Vec::new();
    let mut first = true;
    for part in string.parts() {
        match part {
            InterpolPart::Literal(literal) => {
                let text = literal.syntax().text();
                lex_indented(if first { after_blank_line(text) } else { text }, &mut pieces);
            }
            InterpolPart::Interpolation(inner) => pieces.push(Raw::Interpolated(inner)),
        }
        first = false;
    }
    pieces
}

/// The opening `''` takes the rest of its line with it, when that is nothing but spaces.
fn after_blank_line(text: &str) -> &str {
    text.trim_start_matches(' ').strip_prefix('\n').unwrap_or(text)
}

/// Cuts text like the rules for `IND_STRING` in Nix's lexer.
fn lex_indented<T>(raw: &str, pieces: &mut Vec<Raw<T>>) {
    let mut plain = String::new();
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let escape = match (c, chars.peek().copied()) {
            // A lone `$` before a quote, or at the end.
            ('$', None | Some('\'')) => Some("$".to_owned()),
            ('$', Some(next)) if next != '{' => {
                chars.next();
                plain.extend([c, next]);
                None
            }
            // A lone quote before a `$`, or at the end.
            ('\'', None | Some('$')) => Some("'".to_owned()),
            ('\'', Some('\'')) => {
                chars.next();
                match chars.next() {
                    Some('\'') => Some("''".to_owned()),
                    Some('$') => Some("$".to_owned()),
                    Some('\\') => chars.next().map(|c| escaped(c).to_string()),
                    // rnix ends the string here, so this never comes.
                    _ => None,
                }
            }
            ('\'', Some(next)) => {
                chars.next();
                plain.extend([c, next]);
                None
            }
            (c, _) => {
                plain.push(c);
                None
            }
        };
        if let Some(text) = escape {
            if !plain.is_empty() {
                pieces.push(Raw::Plain(std::mem::take(&mut plain)));
            }
            pieces.push(Raw::Escape(text));
        }
    }
    if !plain.is_empty() {
        pieces.push(Raw::Plain(plain));
    }
}

/// Nix's `stripIndentation`, with its quirks: only spaces indent, and an escaped line break starts a line that is
/// stripped and not measured.
fn strip_indentation(raw: Vec<Raw<ast::Interpol>>) -> Vec<Piece> {
    let indentation = indentation(&raw);
    let count = raw.len();
    let mut line = Line { start: true, dropped: 0, indentation };
    raw.into_iter()
        .zip(1..)
        .map(|(piece, number)| match piece {
            Raw::Interpolated(inner) => {
                line.start = false;
                line.dropped = 0;
                Piece::Interpolated(inner)
            }
            Raw::Plain(text) | Raw::Escape(text) => {
                let mut text = line.strip(&text);
                if number == count {
                    drop_last_blank_line(&mut text);
                }
                Piece::Text(text)
            }
        })
        .collect()
}

/// The smallest indentation of a line that isn't empty. A last line of spaces alone doesn't count.
fn indentation<T>(raw: &[Raw<T>]) -> usize {
    let mut smallest = usize::MAX;
    let mut start = true;
    let mut current = 0;
    for piece in raw {
        let Raw::Plain(text) = piece else {
            if start {
                start = false;
                smallest = smallest.min(current);
            }
            continue;
        };
        for c in text.chars() {
            match c {
                '\n' => {
                    start = true;
                    current = 0;
                }
                ' ' if start => current += 1,
                _ if start => {
                    start = false;
                    smallest = smallest.min(current);
                }
                _ => {}
            }
        }
    }
    smallest
}

struct Line {
    start: bool,
    dropped: usize,
    indentation: usize,
}

impl Line {
    fn strip(&mut self, text: &str) -> String {
        let mut stripped = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                ' ' if self.start => {
                    if self.dropped >= self.indentation {
                        stripped.push(c);
                    }
                    self.dropped += 1;
                }
                '\n' => {
                    self.start = true;
                    self.dropped = 0;
                    stripped.push(c);
                }
                c => {
                    self.start = false;
                    self.dropped = 0;
                    stripped.push(c);
                }
            }
        }
        stripped
    }
}

fn drop_last_blank_line(text: &mut String) {
    if let Some(end) = text.rfind('\n')
        && text.bytes().skip(end + 1).all(|byte| byte == b' ')
    {
        text.truncate(end + 1);
    }
}
