//! Strings and paths, also where they are computed.

use regex_lite::Regex;
use rnix::ast::{AstToken, BinOpKind, Expr, InterpolPart, Select};
use rowan::ast::AstNode;

use super::{Call, Follower, Term, Value};
use crate::nix::literal;

impl Follower<'_> {
    /// The string that `value` comes to.
    #[must_use]
    pub fn text(&self, value: &Value) -> Option<String> {
        let value = self.reduce(value);
        let term = match &value {
            Value::Text(text) => return Some(text.clone()),
            Value::Applied(_) => return self.text_of_call(&value),
            Value::Term(term) => term,
        };
        match &term.expr {
            Expr::Str(text) => {
                let parts = text.normalized_parts().into_iter();
                parts.map(|part| self.part(term, part)).collect()
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Add) => {
                let side = |side: Option<Expr>| self.text(&Value::Term(term.with(side?)));
                Some(side(it.lhs())? + &side(it.rhs())?)
            }
            Expr::Apply(_) => self.text_of_call(&value),
            Expr::Select(it) => platform(it),
            _ => None,
        }
    }

    /// The string that a function of nixpkgs or Nix gives.
    fn text_of_call(&self, value: &Value) -> Option<String> {
        let call = self.call(value)?;
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("toString" | "unsafeDiscardStringContext", [text]) => self.text(text),
            ("baseNameOf", [path]) => {
                let path = self.place(path).or_else(|| self.text(path))?;
                Some(path.rsplit('/').next()?.to_owned())
            }
            ("removeSuffix", [end, text]) => {
                let (end, text) = (self.text(end)?, self.text(text)?);
                Some(text.strip_suffix(end.as_str()).unwrap_or(&text).to_owned())
            }
            ("removePrefix", [start, text]) => {
                let (start, text) = (self.text(start)?, self.text(text)?);
                Some(text.strip_prefix(start.as_str()).unwrap_or(&text).to_owned())
            }
            ("substring", [start, length, text]) => {
                let (start, length, text) = (self.number(start)?, self.number(length)?, self.text(text)?);
                let end = text.len().min(start.checked_add(length)?);
                Some(text.get(start.min(end)..end)?.to_owned())
            }
            // Of several that are replaced the first at each place is; of one, each.
            ("replaceStrings", [from, to, text]) => {
                let one = |list: &Value| match self.items(list)?.as_slice() {
                    [only] => self.text(only),
                    _ => None,
                };
                let from = one(from).filter(|from| !from.is_empty())?;
                Some(self.text(text)?.replace(&from, &one(to)?))
            }
            ("head", [list]) => self.first(list),
            ("elemAt", [list, index]) => {
                let index = self.reduce(index);
                self.first(list).filter(|_| index.term().is_some_and(|it| it.expr.syntax().text() == "0"))
            }
            _ => None,
        }
    }

    /// The number that `value` comes to, as far as it is about how long strings are.
    pub(super) fn number(&self, value: &Value) -> Option<usize> {
        let value = self.reduce(value);
        if let Some(call) = self.call(&value).filter(|call| call.name == "stringLength") {
            return Some(self.text(call.arguments.first()?)?.len());
        }
        let term = value.term()?;
        let of = |side: Option<Expr>| self.number(&Value::Term(term.with(side?)));
        match &term.expr {
            Expr::Literal(it) => it.syntax().text().to_string().parse().ok(),
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Sub) => {
                of(it.lhs())?.checked_sub(of(it.rhs())?)
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Add) => {
                of(it.lhs())?.checked_add(of(it.rhs())?)
            }
            _ => None,
        }
    }

    /// Whether a pattern matches a string as a whole, as `builtins.match` does.
    pub(super) fn matches(&self, pattern: &Value, text: &Value) -> Option<bool> {
        Some(whole(&self.text(pattern)?)?.is_match(&self.text(text)?))
    }

    /// The first string of a list that takes a string apart: what the first group of `match` has, or `splitString` before a
    /// separator.
    fn first(&self, list: &Value) -> Option<String> {
        let call = self.call(list)?;
        let [apart, text] = call.arguments.as_slice() else { return None };
        let (apart, text) = (self.text(apart)?, self.text(text)?);
        match call.name.as_str() {
            "match" => Some(whole(&apart)?.captures(&text)?.get(1)?.as_str().to_owned()),
            "splitString" => Some(text.split(apart.as_str()).next()?.to_owned()),
            _ => None,
        }
    }

    /// What the string that `value` comes to begins with, as far as that can be told.
    #[must_use]
    pub fn beginning(&self, value: &Value) -> String {
        let value = self.reduce(value);
        if let Some(text) = self.text(&value) {
            return text;
        }
        let Value::Term(term) = &value else { return String::new() };
        match &term.expr {
            Expr::Str(text) => {
                let parts = text.normalized_parts().into_iter();
                parts.map_while(|part| self.part(term, part)).collect()
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Add) => {
                it.lhs().map(|left| self.beginning(&Value::Term(term.with(left)))).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// The place in the tree that `value`, a path or a string below `self`, leads to; empty for the root.
    #[must_use]
    pub fn place(&self, value: &Value) -> Option<String> {
        let value = self.reduce(value);
        let term = value.term()?;
        let folder = term.file.path().as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
        match &term.expr {
            Expr::PathRel(path) => normal(folder, &self.raw(term, path.parts())?),
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Add) => {
                let left = self.place(&Value::Term(term.with(it.lhs()?)))?;
                let right = Value::Term(term.with(it.rhs()?));
                let right = self.text(&right).or_else(|| {
                    // `./hosts + /${name}`: what is added is a path only by its looks.
                    match self.reduce(&right).term()? {
                        term @ Term { expr: Expr::PathAbs(path), .. } => self.raw(term, path.parts()),
                        _ => None,
                    }
                })?;
                normal(&left, right.trim_start_matches('/'))
            }
            Expr::Str(text) => {
                let mut parts = text.normalized_parts().into_iter();
                let root = match parts.next()? {
                    InterpolPart::Interpolation(it) => Value::Term(term.with(it.expr()?)),
                    InterpolPart::Literal(_) => return None,
                };
                let start = if self.is_root(&root) { String::new() } else { self.place(&root)? };
                let rest: String = parts.map(|part| self.part(term, part)).collect::<Option<_>>()?;
                normal(&start, rest.trim_start_matches('/'))
            }
            _ if self.is_root(&value) => Some(String::new()),
            Expr::Apply(_) => {
                let Call { name, arguments } = self.call(&value)?;
                match (name.as_str(), arguments.as_slice()) {
                    ("toString", [path]) => self.place(path),
                    ("append", [folder, path]) => normal(&self.place(folder)?, &self.text(path)?),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The text that the parts of a path come to.
    fn raw<T: AstToken>(
        &self,
        term: &Term,
        parts: impl IntoIterator<Item = InterpolPart<T>>,
    ) -> Option<String> {
        let text = |part: InterpolPart<T>| match part {
            InterpolPart::Literal(text) => Some(text.syntax().text().to_owned()),
            InterpolPart::Interpolation(it) => self.text(&Value::Term(term.with(it.expr()?))),
        };
        parts.into_iter().map(text).collect()
    }

    /// The folder that what `value` leads to lies below, where only the beginning of that is known: `hosts` of
    /// `./hosts/${name}`, and of `./hosts + "/${name}/host.nix"`.
    #[must_use]
    pub fn below(&self, value: &Value) -> Option<String> {
        let value = self.reduce(value);
        let term = value.term()?;
        let of = |expr: Option<Expr>| Some(Value::Term(term.with(expr?)));
        let known = |base: &Value| self.place(base).map(|place| (place, true));
        let ((folder, is_whole), rest): ((String, bool), String) = match &term.expr {
            Expr::PathRel(path) => {
                let folder = term.file.path().as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
                let raw = path.parts().into_iter().map_while(|part| match part {
                    InterpolPart::Literal(text) => Some(AstToken::syntax(&text).text().to_owned()),
                    InterpolPart::Interpolation(it) => self.text(&of(it.expr())?),
                });
                ((folder.to_owned(), true), raw.collect())
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Add) => {
                let left = of(it.lhs())?;
                let base = known(&left).or_else(|| Some((self.below(&left)?, false)))?;
                (base, self.beginning(&of(it.rhs())?))
            }
            Expr::Str(text) => {
                let mut parts = text.normalized_parts().into_iter();
                let InterpolPart::Interpolation(root) = parts.next()? else { return None };
                let root = of(root.expr())?;
                let base = known(&root).or_else(|| Some((self.below(&root)?, false)))?;
                (base, parts.map_while(|part| self.part(term, part)).collect::<String>())
            }
            _ => return None,
        };
        let rest = rest.rsplit_once('/').map_or("", |(rest, _)| rest);
        if is_whole { normal(&folder, rest.trim_start_matches('/')) } else { Some(folder) }
    }

    fn part<T: ToString>(&self, term: &Term, part: InterpolPart<T>) -> Option<String> {
        match part {
            InterpolPart::Literal(text) => Some(text.to_string()),
            InterpolPart::Interpolation(it) => self.text(&Value::Term(term.with(it.expr()?))),
        }
    }

    /// Whether `value` is the flake's own source: `self`, or `self` of its inputs.
    fn is_root(&self, value: &Value) -> bool {
        let Value::Term(term) = self.reduce(value) else { return false };
        let text = term.expr.syntax().text().to_string();
        matches!(text.as_str(), "self" | "inputs.self" | "self.outPath" | "inputs.self.outPath")
    }
}

/// What flake-utils calls a platform: `flake-utils.lib.system.x86_64-linux`.
fn platform(select: &Select) -> Option<String> {
    let names: Vec<_> =
        select.attrpath()?.attrs().map(|attr| literal::attribute(&attr)).collect::<Option<_>>()?;
    match names.as_slice() {
        [.., lib, system, platform] if lib == "lib" && system == "system" => Some(platform.clone()),
        _ => None,
    }
}

/// A pattern that is to match a string as a whole; nothing where it can't be read.
fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

/// `path`, from `folder` on, without `.` and `..`; nothing when it leads out of the tree.
fn normal(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
