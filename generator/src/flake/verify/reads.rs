//! Which options an expression reads for certain, as far as the conditions around it are known, and what else it reads.

use std::{cell::RefCell, collections::HashSet};

use rnix::{
    SyntaxKind::{NODE_ATTRPATH, NODE_DYNAMIC, NODE_STRING},
    SyntaxNode, TextRange,
    ast::{BinOpKind, Expr, HasEntry, Inherit, Lambda, LetIn},
};
use rowan::ast::AstNode;

use super::asked::{Known, Path, name};
use crate::nix::{
    follow::conditional,
    literal,
    scope::{binder, resolve},
};

/// How many names are followed to what an option is called.
const DEPTH: usize = 16;

/// The options that are read in `nodes`.
pub(super) fn of(nodes: &[SyntaxNode], known: &Known<'_>) -> Vec<Path> {
    read(nodes, known, true, &|name| is_config(name)).into_iter().map(|(_, path)| path).collect()
}

/// The options that may be read in `nodes`, by the `config` that `function` asks for.
pub(super) fn may_be(nodes: &[SyntaxNode], known: &Known<'_>, function: &Lambda) -> Vec<Path> {
    let is_its =
        |name: &SyntaxNode| is_config(name) && binder("config", name).as_ref() == Some(function.syntax());
    read(nodes, known, false, &is_its).into_iter().map(|(_, path)| path).collect()
}

/// What is read in `nodes` of what any name stands for that isn't followed further, each with that name.
pub(super) fn of_any(nodes: &[SyntaxNode], known: &Known<'_>) -> Vec<(SyntaxNode, Path)> {
    read(nodes, known, true, &|_| true)
}

fn read(
    nodes: &[SyntaxNode],
    known: &Known<'_>,
    is_sure: bool,
    is_its: &dyn Fn(&SyntaxNode) -> bool,
) -> Vec<(SyntaxNode, Path)> {
    let reads = Reads { known, is_sure, is_its, found: RefCell::default(), seen: RefCell::default() };
    reads.all(nodes);
    reads.found.into_inner()
}

fn is_config(name: &SyntaxNode) -> bool {
    name.text() == "config"
}

/// The option that an expression is: `config.a.b`, or a name for it.
pub(super) fn path_of(expr: &Expr) -> Option<Path> {
    path_within(expr, DEPTH).filter(|(name, _)| is_config(name)).map(|(_, path)| path)
}

/// What is read, unless on a condition that isn't known to hold.
struct Reads<'a> {
    known: &'a Known<'a>,
    /// Whether only that is looked for which is read for certain.
    is_sure: bool,
    /// Whether a name is one for what is looked for: `config`, most often.
    is_its: &'a dyn Fn(&SyntaxNode) -> bool,
    found: RefCell<Vec<(SyntaxNode, Path)>>,
    /// What names are bound to that was looked at.
    seen: RefCell<HashSet<TextRange>>,
}

impl Reads<'_> {
    /// Whether what is there on a condition that holds, or doesn't, or may, is read.
    fn is_met(&self, holds: Option<bool>) -> bool {
        holds.unwrap_or(!self.is_sure)
    }

    /// What an expression is, where it is looked for, or is an option: with the name, and whether it is looked for.
    fn path(&self, expr: &Expr) -> Option<(SyntaxNode, Path, bool)> {
        let (name, path) = path_within(expr, DEPTH)?;
        let is_its = (self.is_its)(&name);
        (is_its || is_config(&name)).then_some((name, path, is_its))
    }

    fn all<'n>(&self, nodes: impl IntoIterator<Item = &'n SyntaxNode>) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&self, node: &SyntaxNode) {
        let Some(expr) = Expr::cast(node.clone()) else {
            return match Inherit::cast(node.clone()) {
                Some(inherit) => self.inherit(&inherit),
                None => self.parts(node),
            };
        };
        match &expr {
            // What a function reads is read where it is called.
            Expr::Lambda(_) => {}
            Expr::Ident(_) | Expr::Select(_) => self.name(&expr),
            Expr::Apply(call) => match conditional(call) {
                Some((condition, inner)) => {
                    self.node(condition.syntax());
                    if self.is_met(self.known.holds(&condition)) {
                        self.node(inner.syntax());
                    }
                }
                None => self.parts(node),
            },
            Expr::IfElse(it) => {
                let Some(condition) = it.condition() else { return };
                self.node(condition.syntax());
                let holds = self.known.holds(&condition);
                let taken = it.body().filter(|_| self.is_met(holds));
                let other = it.else_body().filter(|_| self.is_met(holds.map(|holds| !holds)));
                self.all(taken.iter().chain(&other).map(AstNode::syntax));
            }
            Expr::BinOp(it)
                if matches!(it.operator(), Some(BinOpKind::And | BinOpKind::Or | BinOpKind::Implication)) =>
            {
                self.all(it.lhs().iter().map(AstNode::syntax));
            }
            // What is bound is read where its name is.
            Expr::LetIn(it) => self.all(it.body().iter().map(AstNode::syntax)),
            _ => self.parts(node),
        }
    }

    fn parts(&self, node: &SyntaxNode) {
        for child in node.children() {
            if node.kind() != NODE_ATTRPATH || matches!(child.kind(), NODE_DYNAMIC | NODE_STRING) {
                self.node(&child);
            }
        }
    }

    fn name(&self, expr: &Expr) {
        if let Some((name, path, is_its)) = self.path(expr) {
            if is_its {
                self.found.borrow_mut().push((name, path));
            }
            return;
        }
        match expr {
            Expr::Select(it) => self.parts(it.syntax()),
            other => self.bound(&other.syntax().text().to_string(), other.syntax()),
        }
    }

    /// What `name` is bound to around `at`.
    fn bound(&self, name: &str, at: &SyntaxNode) {
        let is_new = |value: &Expr| self.seen.borrow_mut().insert(value.syntax().text_range());
        let value = resolve(name, at).filter(is_new);
        self.all(value.iter().map(AstNode::syntax));
    }

    fn inherit(&self, inherit: &Inherit) {
        let names = inherit.attrs().map(|attr| name(&attr));
        let Some(from) = inherit.from().and_then(|from| from.expr()) else {
            let outside = inherit.syntax().parent().and_then(|set| set.parent());
            return names.for_each(|name| self.bound(&name, outside.as_ref().unwrap_or(inherit.syntax())));
        };
        match self.path(&from) {
            Some((_, _, false)) => {}
            Some((of, path, true)) => {
                let inherited = names.map(|name| (of.clone(), [path.clone(), vec![name]].concat()));
                self.found.borrow_mut().extend(inherited);
            }
            None => self.node(from.syntax()),
        }
    }
}

/// What an expression is of what a name stands for that isn't followed further: `config` and the option, where it is one.
fn path_within(expr: &Expr, depth: usize) -> Option<(SyntaxNode, Path)> {
    let depth = depth.checked_sub(1)?;
    match expr {
        Expr::Paren(it) => path_within(&it.expr()?, depth),
        Expr::Select(it) if it.default_expr().is_none() => {
            let attrs = it.attrpath()?.attrs().map(|attr| name(&attr)).collect();
            let (of, path) = path_within(&it.expr()?, depth)?;
            Some((of, [path, attrs].concat()))
        }
        Expr::Ident(it) => {
            let name = it.syntax().text().to_string();
            match resolve(&name, it.syntax()) {
                Some(value) => path_within(&value, depth),
                None => match inherited(&name, it.syntax()) {
                    Some(from) => {
                        let (of, path) = path_within(&from, depth)?;
                        Some((of, [path, vec![name]].concat()))
                    }
                    None => Some((it.syntax().clone(), Vec::new())),
                },
            }
        }
        _ => None,
    }
}

/// What a `let` around `at` inherits `name` from.
fn inherited(name: &str, at: &SyntaxNode) -> Option<Expr> {
    let lets = at.ancestors().filter_map(LetIn::cast);
    let is_of = |it: &Inherit| it.attrs().any(|attr| literal::is_attribute(&attr, name));
    lets.flat_map(|it| it.inherits().collect::<Vec<_>>()).filter(is_of).find_map(|it| it.from()?.expr())
}
