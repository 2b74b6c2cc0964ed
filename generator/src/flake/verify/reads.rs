//! Which options an expression reads for certain, as far as the conditions around it are known.

use std::{cell::RefCell, collections::HashSet};

use rnix::{
    SyntaxKind::{NODE_ATTRPATH, NODE_DYNAMIC, NODE_STRING},
    SyntaxNode, TextRange,
    ast::{BinOpKind, Expr, HasEntry, Inherit, LetIn},
};
use rowan::ast::AstNode;

use super::asked::{Known, Path, name};
use crate::nix::{follow::conditional, literal, scope::resolve};

/// How many names are followed to what an option is called.
const DEPTH: usize = 16;

/// The options that are read in `nodes`.
pub(super) fn of(nodes: &[SyntaxNode], known: &Known<'_>) -> Vec<Path> {
    let reads = Reads { known, found: RefCell::default(), seen: RefCell::default() };
    reads.all(nodes);
    reads.found.into_inner()
}

/// The option that an expression is: `config.a.b`, or a name for it.
pub(super) fn path_of(expr: &Expr) -> Option<Path> {
    path_within(expr, DEPTH)
}

/// What is read, unless on a condition that isn't known to hold.
struct Reads<'a> {
    known: &'a Known<'a>,
    found: RefCell<Vec<Path>>,
    /// What names are bound to that was looked at.
    seen: RefCell<HashSet<TextRange>>,
}

impl Reads<'_> {
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
                    if self.known.holds(&condition) == Some(true) {
                        self.node(inner.syntax());
                    }
                }
                None => self.parts(node),
            },
            Expr::IfElse(it) => {
                let Some(condition) = it.condition() else { return };
                self.node(condition.syntax());
                let taken = match self.known.holds(&condition) {
                    Some(true) => it.body(),
                    Some(false) => it.else_body(),
                    None => None,
                };
                self.all(taken.iter().map(AstNode::syntax));
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
        if let Some(path) = path_of(expr) {
            self.found.borrow_mut().push(path);
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
        match path_of(&from) {
            Some(path) => {
                let inherited = names.map(|name| [path.clone(), vec![name]].concat());
                self.found.borrow_mut().extend(inherited);
            }
            None => self.node(from.syntax()),
        }
    }
}

fn path_within(expr: &Expr, depth: usize) -> Option<Path> {
    let depth = depth.checked_sub(1)?;
    match expr {
        Expr::Paren(it) => path_within(&it.expr()?, depth),
        Expr::Select(it) if it.default_expr().is_none() => {
            let attrs = it.attrpath()?.attrs().map(|attr| name(&attr)).collect();
            Some([path_within(&it.expr()?, depth)?, attrs].concat())
        }
        Expr::Ident(it) => {
            let name = it.syntax().text().to_string();
            match resolve(&name, it.syntax()) {
                Some(value) => path_within(&value, depth),
                None => inherited(&name, it.syntax()).map_or_else(
                    || (name == "config").then(Vec::new),
                    |from| Some([path_within(&from, depth)?, vec![name.clone()]].concat()),
                ),
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
