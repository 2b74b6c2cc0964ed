//! Numbers and paths.

use rnix::{
    SyntaxKind, SyntaxNode,
    ast::{self, AstToken, InterpolPart, LiteralKind, PathContent},
};

use super::{Compiler, constant, start};
use crate::nix::eval::{
    error::Fallible,
    expr::{Expr, Kind},
    paths,
    value::Val,
};
use std::rc::Rc;

impl Compiler<'_> {
    pub(super) fn literal(&self, literal: &ast::Literal) -> Fallible<Kind> {
        match literal.kind() {
            LiteralKind::Integer(integer) => {
                let invalid = || format!("invalid integer '{}'", integer.syntax().text());
                let value =
                    integer.value().map_err(|_| self.source.failed(self.at(literal).offset, invalid()))?;
                Ok(constant(Val::Int(value)))
            }
            LiteralKind::Float(float) => match float.value() {
                Ok(value) if value.is_finite() && is_nix_float(float.syntax().text()) => {
                    Ok(constant(Val::Float(value)))
                }
                _ => Err(self.beyond(literal, "this number")),
            },
            LiteralKind::Uri(_) => Err(self.beyond(literal, "a URL without quotes")),
        }
    }

    pub(super) fn path(
        &mut self,
        node: &SyntaxNode,
        parts: impl Fn() -> Vec<InterpolPart<PathContent>>,
    ) -> Fallible<Kind> {
        // rnix takes `./a ${b}` for one path, and panics when asked for its parts; for Nix it is an error.
        let spaced = |kind| matches!(kind, SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT);
        if node.children_with_tokens().any(|child| spaced(child.kind())) {
            return Err(self.source.syntax(start(node), "syntax error, a space in a path"));
        }
        let at = self.source.at(start(node));
        match &*parts() {
            [InterpolPart::Literal(text)] => Ok(constant(Val::Path(self.absolute(text.text()).into()))),
            [InterpolPart::Literal(first), rest @ ..] => {
                let text = first.text();
                let mut path = self.absolute(text);
                if text.len() > 1 && text.ends_with('/') && !path.ends_with('/') {
                    path.push('/');
                }
                let mut pieces = vec![Rc::new(Expr { at, kind: constant(Val::Path(path.into())) })];
                for part in rest {
                    pieces.push(match part {
                        InterpolPart::Literal(text) => {
                            Rc::new(Expr { at, kind: constant(Val::string(text.text())) })
                        }
                        InterpolPart::Interpolation(inner) => self.child(inner.expr(), inner)?,
                    });
                }
                Ok(Kind::PathInterpolation(pieces))
            }
            _ => Err(self.incomplete(node)),
        }
    }

    /// A path as written in this file, made absolute.
    fn absolute(&self, text: &str) -> String {
        if text.starts_with('/') {
            paths::canonical(text)
        } else {
            paths::canonical(&format!("{}/{text}", paths::folder(&self.source.path)))
        }
    }
}

/// Whether Nix's lexer reads all of this as one number: rnix's allows `0.`.
fn is_nix_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let Some((whole, fraction)) = mantissa.split_once('.') else { return false };
    let plain = digits(whole) && digits(fraction);
    plain && if whole.is_empty() || whole == "0" { !fraction.is_empty() } else { !whole.starts_with('0') }
}
