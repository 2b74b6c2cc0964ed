//! What an expression says when it says it outright.

use rnix::ast::{Attr, AttrSet, Expr, InterpolPart, LiteralKind, PathRel, Str};
use rowan::ast::AstNode;

/// What a text is an expression of; nothing where it is none.
#[must_use]
pub fn expression(text: &str) -> Option<Expr> {
    rnix::Root::parse(text).ok().ok()?.expr()
}

/// The set that has these bindings; nothing where the text is something else.
#[must_use]
pub fn set_of(bindings: &str) -> Option<AttrSet> {
    match expression(&format!("{{ {bindings} }}"))? {
        Expr::AttrSet(set) => Some(set),
        _ => None,
    }
}

/// The value of a string without interpolation.
#[must_use]
pub fn string(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Str(text) => plain(text),
        Expr::Paren(paren) => string(&paren.expr()?),
        _ => None,
    }
}

/// The value of an integer.
#[must_use]
pub fn integer(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(literal) => match literal.kind() {
            LiteralKind::Integer(number) => number.value().ok(),
            _ => None,
        },
        Expr::Paren(paren) => integer(&paren.expr()?),
        _ => None,
    }
}

/// A relative path without interpolation, as written: `./qcow.nix`, `../../secrets/x.age`.
#[must_use]
pub fn relative_path(expr: &Expr) -> Option<String> {
    match expr {
        Expr::PathRel(path) => is_plain(path).then(|| path.syntax().text().to_string()),
        Expr::Paren(paren) => relative_path(&paren.expr()?),
        _ => None,
    }
}

/// The name of an attribute that is written outright: `a`, `"a"` or `${"a"}`.
#[must_use]
pub fn attribute(attr: &Attr) -> Option<String> {
    match attr {
        Attr::Ident(ident) => Some(ident.ident_token()?.text().to_owned()),
        Attr::Str(text) => plain(text),
        Attr::Dynamic(dynamic) => string(&dynamic.expr()?),
    }
}

/// Whether the name of an attribute is written outright, and is `name`.
#[must_use]
pub fn is_attribute(attr: &Attr, name: &str) -> bool {
    match attr {
        Attr::Ident(ident) => ident.ident_token().is_some_and(|token| token.text() == name),
        other => attribute(other).as_deref() == Some(name),
    }
}

/// Whether a name can stand as an attribute without quotes.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let head = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let body = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'\'');
    head && name.bytes().all(body) && !crate::name::KEYWORDS.contains(&name)
}

/// A name as an attribute: quoted where it must be.
#[must_use]
pub fn quote_attribute(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { quote(name) }
}

/// A text as a Nix string on one line.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' if rest.peek() == Some(&'{') => quoted.push_str("\\$"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn plain(text: &Str) -> Option<String> {
    let mut value = String::new();
    for part in text.normalized_parts() {
        match part {
            InterpolPart::Literal(literal) => value.push_str(&literal),
            InterpolPart::Interpolation(_) => return None,
        }
    }
    Some(value)
}

fn is_plain(path: &PathRel) -> bool {
    path.parts().iter().all(|part| matches!(part, InterpolPart::Literal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expr(text: &str) -> Expr {
        rnix::Root::parse(text).ok().unwrap().expr().unwrap()
    }

    #[test]
    fn reads_what_is_said_outright() {
        assert_eq!(string(&expr(r#""a\"b""#)).as_deref(), Some("a\"b"));
        assert_eq!(string(&expr("''\n  a\n''")).as_deref(), Some("a\n"));
        assert_eq!(string(&expr(r#""a${b}""#)), None);
        assert_eq!(integer(&expr("(2223)")), Some(2223));
        assert_eq!(integer(&expr("99999999999999999999")), None);
        assert_eq!(relative_path(&expr("./a/b.nix")).as_deref(), Some("./a/b.nix"));
        assert_eq!(relative_path(&expr("./${a}.nix")), None);
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["", "plain", "\"", "\\", "${x}", "$${x}", "$", "a\nb\tc\r", "''", "é"] {
            assert_eq!(string(&expr(&quote(text))).as_deref(), Some(text), "{text:?}");
        }
        assert_eq!(quote_attribute("agent-x"), "agent-x");
        assert_eq!(quote_attribute("secrets/x.age"), "\"secrets/x.age\"");
        assert_eq!(quote_attribute("let"), "\"let\"");
    }
}
