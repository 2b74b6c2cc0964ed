//! What a new host reads by its name, and what won't be there: files, and attributes of sets.

use rnix::ast::{Attr, Expr, InterpolPart, PathRel, Select};
use rowan::{TextRange, ast::AstNode};

use super::in_use::{is_a_file, is_certain, is_left_out, is_read, is_secret_file};
use crate::{
    flake::{place::Place, reading::Host},
    host_file::HostFiles,
    nix::{
        follow::{Follower, Term, Value},
        literal,
    },
    path::TreePath,
};

/// What there is by the name of a new host.
pub(super) struct Missing<'a> {
    pub(super) follower: &'a Follower<'a>,
    /// Its own files.
    pub(super) own: &'a HostFiles,
    /// Which files there are.
    pub(super) is_there: &'a dyn Fn(&TreePath) -> bool,
}

impl Missing<'_> {
    /// What `function` reads, of what won't be there, when it is applied to the name of a new host.
    pub(super) fn to(&self, function: &Value) -> Vec<String> {
        match self.follower.apply(function, Value::Text(self.own.name.clone())) {
            Some(Value::Term(body)) => self.to_body(&body, &[]),
            _ => Vec::new(),
        }
    }

    /// What the body of a function reads by the host's name whether it is there or not, but in those of `others` that are
    /// within it, where more is known.
    pub(super) fn to_body(&self, body: &Term, others: &[TextRange]) -> Vec<String> {
        let range = body.expr.syntax().text_range();
        let inner: Vec<_> = others.iter().filter(|it| **it != range && range.contains_range(**it)).collect();
        let is_inner = |expr: &Expr| inner.iter().any(|it| it.contains_range(expr.syntax().text_range()));
        let text = body.expr.syntax().text().to_string();
        let exprs = body.expr.syntax().descendants().filter_map(Expr::cast);
        let missing = exprs.filter(|expr| !is_inner(expr)).filter_map(|expr| {
            let missing = match &expr {
                Expr::Select(it) if !text.contains(" ? ") => self.attribute(body, it),
                Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_)
                    if is_read(&expr) && !text.contains("pathExists") =>
                {
                    self.file(&Value::Term(body.with(expr.clone())))
                }
                Expr::Apply(_) if is_a_file(&expr) && !text.contains("pathExists") => {
                    self.file(&Value::Term(body.with(expr.clone())))
                }
                _ => None,
            };
            missing.filter(|_| !is_left_out(body, &expr))
        });
        missing.collect()
    }

    /// The files that the body of a module reads by the host's name for certain, and that aren't there, each with where.
    pub(super) fn to_module(&self, body: &Term) -> Vec<(String, Term)> {
        if body.expr.syntax().text().to_string().contains("pathExists") {
            return Vec::new();
        }
        let exprs = body.expr.syntax().descendants().filter_map(Expr::cast);
        // What is written out names no host but by chance.
        let is_computed =
            |expr: &Expr| matches!(expr, Expr::BinOp(_)) || expr.syntax().text().to_string().contains("${");
        let missing = exprs.filter(is_computed).filter_map(|expr| {
            let path = Value::Term(body.with(expr.clone()));
            let missing = match &expr {
                Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_) if is_read(&expr) => self.file(&path),
                Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_) if is_secret_file(&expr) => {
                    self.file(&path).or_else(|| self.file_of_input(&path))
                }
                _ => None,
            };
            let missing = missing.filter(|_| is_certain(body, &expr))?;
            Some((missing, body.with(expr)))
        });
        missing.collect()
    }

    /// Where the body of a module looks anything up by the host's name that isn't seen to be there, be it on a condition,
    /// unless it looks first whether it is.
    pub(super) fn looked_up(&self, body: &Term) -> Vec<Expr> {
        let text = body.expr.syntax().text().to_string();
        let asks = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let exprs = body.expr.syntax().descendants().filter_map(Expr::cast);
        let is_looked_up = |expr: &Expr| match expr {
            Expr::Select(it) => !asks(&[" ? ", "hasAttr"]) && self.attribute(body, it).is_some(),
            Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_) => {
                !asks(&["pathExists"]) && self.file(&Value::Term(body.with(expr.clone()))).is_some()
            }
            _ => false,
        };
        exprs.filter(is_looked_up).collect()
    }

    fn file(&self, path: &Value) -> Option<String> {
        let place = self.follower.place(path)?;
        let there = TreePath::new(place.clone()).is_ok_and(|path| (self.is_there)(&path));
        (self.is_named(&place) && !there).then_some(place)
    }

    /// A file of an input, which is as it was locked before there was the host.
    fn file_of_input(&self, path: &Value) -> Option<String> {
        let place = self.place_in_input(path)?;
        self.is_named(&place).then_some(place)
    }

    /// Where a text leads to that begins with an input: `secrets/hosts/tower.yaml`.
    fn place_in_input(&self, path: &Value) -> Option<String> {
        let path = self.follower.reduce(path);
        let term = path.term()?;
        match &term.expr {
            Expr::Str(text) => {
                let mut parts = text.normalized_parts().into_iter();
                let InterpolPart::Interpolation(first) = parts.next()? else { return None };
                let start = self.place_in_input(&Value::Term(term.with(first.expr()?)))?;
                let rest = parts.map(|part| match part {
                    InterpolPart::Literal(text) => Some(text),
                    InterpolPart::Interpolation(it) => {
                        self.follower.text(&Value::Term(term.with(it.expr()?)))
                    }
                });
                Some(start + &rest.collect::<Option<String>>()?)
            }
            Expr::BinOp(it) => {
                let start = self.place_in_input(&Value::Term(term.with(it.lhs()?)))?;
                Some(start + &self.follower.text(&Value::Term(term.with(it.rhs()?)))?)
            }
            Expr::Ident(it) => {
                let is_of_flake = term.file.path() == self.follower.flake();
                is_of_flake.then(|| it.syntax().text().to_string()).filter(|name| name != "self")
            }
            Expr::Select(it) => {
                let text = it.syntax().text().to_string();
                let name = text.strip_prefix("inputs.")?.trim_end_matches(".outPath");
                (!name.contains('.') && name != "self").then(|| name.to_owned())
            }
            _ => None,
        }
    }

    /// Whether what lies at `place` is called as the host.
    pub(super) fn is_named(&self, place: &str) -> bool {
        place.split(|c: char| c != '-' && !c.is_alphanumeric()).any(|part| part == self.own.name)
    }

    /// `set.${name}`, where the set isn't seen to have that.
    fn attribute(&self, body: &Term, select: &Select) -> Option<String> {
        let attrs: Vec<_> = select.attrpath()?.attrs().collect();
        let is_named = |attr: &Attr| {
            literal::attribute(attr).is_none()
                && self.follower.attribute(body, attr).as_deref() == Some(self.own.name.as_str())
        };
        if select.default_expr().is_some() || !attrs.iter().any(is_named) {
            return None;
        }
        let value = Value::Term(body.with(Expr::Select(select.clone())));
        let is_bound = !matches!(self.follower.reduce(&value), Value::Term(term) if term.expr == Expr::Select(select.clone()));
        let text = select.syntax().text().to_string();
        // The host is there once it is registered.
        (!is_bound && !text.contains("nixosConfigurations")).then_some(text)
    }
}

/// A file that a host's entry names by its name, and that is not there.
pub(super) fn unmade(
    follower: &Follower<'_>,
    place: &Place,
    host: &Host,
    is_there: &dyn Fn(&TreePath) -> bool,
) -> Option<TreePath> {
    let paths = host.node.descendants().filter_map(PathRel::cast).map(Expr::PathRel);
    let mut named = paths.filter_map(|path| {
        let path = TreePath::new(follower.place(&Value::Term(place.term.with(path)))?).ok()?;
        let is_file = path.as_str().rsplit('/').next()?.contains('.');
        (is_file && path.as_str().contains(&host.name)).then_some(path)
    });
    named.find(|path| !is_there(path))
}
