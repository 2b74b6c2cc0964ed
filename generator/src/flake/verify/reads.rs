//! Which options an expression reads for certain, as far as the conditions around it are known.

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
    read(nodes, known, None)
}

/// The options that may be read in `nodes`, by the `config` that `function` asks for.
pub(super) fn may_be(nodes: &[SyntaxNode], known: &Known<'_>, function: &Lambda) -> Vec<Path> {
    read(nodes, known, Some(function.syntax().clone()))
}

fn read(nodes: &[SyntaxNode], known: &Known<'_>, function: Option<SyntaxNode>) -> Vec<Path> {
    let reads = Reads { known, function, found: RefCell::default(), seen: RefCell::default() };
    reads.all(nodes);
    reads.found.into_inner()
}

/// The option that an expression is: `config.a.b`, or a name for it.
pub(super) fn path_of(expr: &Expr) -> Option<Path> {
    path_within(expr, DEPTH).map(|(_, path)| path)
}

/// What is read, unless on a condition that isn't known to hold.
struct Reads<'a> {
    known: &'a Known<'a>,
    /// The function that asks for the `config` of the options, where all is looked for that may be read.
    function: Option<SyntaxNode>,
    found: RefCell<Vec<Path>>,
    /// What names are bound to that was looked at.
    seen: RefCell<HashSet<TextRange>>,
}

impl Reads<'_> {
    /// Whether what is there on a condition that holds, or doesn't, or may, is read.
    fn is_met(&self, holds: Option<bool>) -> bool {
        holds.unwrap_or(self.function.is_some())
    }

    /// Whether that is the `config` whose options are looked for.
    fn is_its(&self, config: &SyntaxNode) -> bool {
        self.function.as_ref().is_none_or(|function| binder("config", config).as_ref() == Some(function))
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
        if let Some((config, path)) = path_within(expr, DEPTH) {
            if self.is_its(&config) {
                self.found.borrow_mut().push(path);
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
        match path_within(&from, DEPTH) {
            Some((config, _)) if !self.is_its(&config) => {}
            Some((_, path)) => {
                let inherited = names.map(|name| [path.clone(), vec![name]].concat());
                self.found.borrow_mut().extend(inherited);
            }
            None => self.node(from.syntax()),
        }
    }
}

/// The option that an expression is, behind the name of all.
fn path_within(expr: &Expr, depth: usize) -> Option<(SyntaxNode, Path)> {
    let depth = depth.checked_sub(1)?;
    match expr {
        Expr::Paren(it) => path_within(&it.expr()?, depth),
        Expr::Select(it) if it.default_expr().is_none() => {
            let attrs = it.attrpath()?.attrs().map(|attr| name(&attr)).collect();
            let (config, path) = path_within(&it.expr()?, depth)?;
            Some((config, [path, attrs].concat()))
        }
        Expr::Ident(it) => {
            let name = it.syntax().text().to_string();
            match resolve(&name, it.syntax()) {
                Some(value) => path_within(&value, depth),
                None => match inherited(&name, it.syntax()) {
                    Some(from) => {
                        let (config, path) = path_within(&from, depth)?;
                        Some((config, [path, vec![name]].concat()))
                    }
                    None => (name == "config").then(|| (it.syntax().clone(), Vec::new())),
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
