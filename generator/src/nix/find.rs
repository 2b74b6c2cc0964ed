//! Finding what a file says at an attribute path, through the shapes that people write.
//!
//! The search goes through lambda heads, `let`, `rec`, `with`, `assert`, parentheses, both sides of `//` and
//! `++`, dotted and quoted paths, `inherit`, and names bound by an enclosing `let` or `rec`. It does not go
//! through a function call, an `if`, or a name that is a parameter: what those are, syntax can't tell.

use std::fmt;

use rnix::{
    NixLanguage,
    SyntaxKind::{self, NODE_ATTRPATH, NODE_IDENT},
    SyntaxNode,
    ast::{self, Attr, AttrSet, AttrpathValue, BinOpKind, Entry, Expr, HasEntry, Inherit},
};
use rowan::{GreenNodeData, Language, ast::AstNode};

use crate::nix::{file::NixFile, literal, scope::resolve};

/// A path of attribute names, from the file's value or from the `let` around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttrPath {
    scope: Scope,
    keys: Vec<String>,
}

/// Where an [`AttrPath`] starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// At the file's value.
    Value,
    /// Among the bindings of the `let` expressions that the file's value stands in.
    Let,
}

/// What a file says at an attribute path.
#[derive(Debug, Default)]
pub struct Found {
    /// The expressions that the path is bound to: the operands where it is a `//` or `++`, never a name that
    /// could be followed.
    pub values: Vec<Expr>,
    /// The bindings that end at the path: `path = …;`.
    pub bindings: Vec<AttrpathValue>,
    /// The bindings that go on below it, `path.key = …;`, with the name that follows.
    pub dotted: Vec<(AttrpathValue, String)>,
    /// The `inherit`s that bring it in.
    pub inherited: Vec<Inherit>,
    /// Expressions in which the path might be bound, if one could read them.
    pub opaque: Vec<SyntaxNode>,
}

/// How deep names are followed and operators opened; what is deeper counts as unreadable.
const DEPTH: usize = 64;

/// How many operands one expression is opened into: `a // a` in a chain of names doubles at every step.
const OPERANDS: usize = 1024;

impl AttrPath {
    /// A path from the file's value, its names separated by dots.
    #[must_use]
    pub fn value(dotted: &str) -> Self {
        Self { scope: Scope::Value, keys: split(dotted) }
    }

    /// A path from the `let` around the file's value, its names separated by dots.
    #[must_use]
    pub fn bound(dotted: &str) -> Self {
        Self { scope: Scope::Let, keys: split(dotted) }
    }

    /// The path one name further; the name may have any character.
    #[must_use]
    pub fn child(&self, key: impl Into<String>) -> Self {
        let mut path = self.clone();
        path.keys.push(key.into());
        path
    }

    /// The path to the set that this path's last name stands in, and that name.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &str)> {
        let (last, keys) = self.keys.split_last()?;
        Some((Self { scope: self.scope, keys: keys.to_vec() }, last))
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            return f.write_str("the file's value");
        }
        let keys: Vec<_> = self.keys.iter().map(|key| literal::quote_attribute(key)).collect();
        f.write_str(&keys.join("."))
    }
}

impl Found {
    /// Whether the path is bound at all.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        !(self.bindings.is_empty() && self.dotted.is_empty() && self.inherited.is_empty())
    }

    /// The attribute sets that the path is bound to.
    pub fn sets(&self) -> impl Iterator<Item = &AttrSet> {
        self.values.iter().filter_map(|value| match value {
            Expr::AttrSet(set) => Some(set),
            _ => None,
        })
    }

    /// The lists that the path is bound to.
    pub fn lists(&self) -> impl Iterator<Item = &ast::List> {
        self.values.iter().filter_map(|value| match value {
            Expr::List(list) => Some(list),
            _ => None,
        })
    }

    /// Those of `nodes` that stand in the bindings themselves; all of them when none does, and names lead to them.
    pub fn written_here<T: AstNode<Language = NixLanguage> + Clone>(
        &self,
        nodes: impl Iterator<Item = T>,
    ) -> Vec<T> {
        let nodes: Vec<T> = nodes.collect();
        let here = |node: &T| {
            let range = node.syntax().text_range();
            self.bindings.iter().any(|binding| binding.syntax().text_range().contains_range(range))
        };
        let direct: Vec<T> = nodes.iter().filter(|node| here(node)).cloned().collect();
        if direct.is_empty() { nodes } else { direct }
    }

    /// The one expression that the path is bound to, if it is one.
    #[must_use]
    pub fn value(&self) -> Option<&Expr> {
        match self.values.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The names bound below the path to strings that are written out, with the strings.
    #[must_use]
    pub fn strings(&self) -> Vec<(String, String)> {
        let children = self.children().into_iter();
        let strings = children.filter_map(|(name, node)| {
            let binding = AttrpathValue::cast(node)?;
            let ends_here =
                binding.attrpath()?.attrs().last().and_then(|attr| literal::attribute(&attr))? == name;
            let value = binding.value().filter(|_| ends_here)?;
            let operands = operands(&value);
            let [value] = operands.as_slice() else { return None };
            Some((name, literal::string(value)?))
        });
        strings.collect()
    }

    /// The names bound below the path, with the syntax that binds each.
    #[must_use]
    pub fn children(&self) -> Vec<(String, SyntaxNode)> {
        let mut children = Vec::new();
        for set in self.sets() {
            for entry in set.entries() {
                match entry {
                    Entry::AttrpathValue(binding) => {
                        children.extend(first_key(&binding).map(|key| (key, binding.syntax().clone())));
                    }
                    Entry::Inherit(inherit) => children.extend(
                        inherit
                            .attrs()
                            .filter_map(|attr| Some((literal::attribute(&attr)?, attr.syntax().clone()))),
                    ),
                }
            }
        }
        children.extend(self.dotted.iter().map(|(binding, key)| (key.clone(), binding.syntax().clone())));
        children
    }
}

/// What `file` says at `path`.
#[must_use]
pub fn find(file: &NixFile, path: &AttrPath) -> Found {
    let mut found = Found::default();
    let Some(value) = file.value() else { return found };
    match path.scope {
        Scope::Value => in_expr(&value, &path.keys, DEPTH, &mut found),
        Scope::Let => {
            for bindings in enclosing_lets(value) {
                in_entries(&bindings, &path.keys, DEPTH, &mut found);
            }
        }
    }
    found
}

/// The file's value with everything that a name or an operator hides opened: see [`Found::values`].
#[must_use]
pub fn operands(expr: &Expr) -> Vec<Expr> {
    let mut operands = Vec::new();
    open(expr, DEPTH, &mut operands);
    operands
}

/// The names of a binding's attribute path; nothing for one that is computed.
#[must_use]
pub fn keys(binding: &AttrpathValue) -> Vec<Option<String>> {
    attrs(binding).map(|attr| literal::attribute(&attr)).collect()
}

/// The first name of a binding's attribute path; nothing where it is computed.
#[must_use]
pub fn first_key(binding: &AttrpathValue) -> Option<String> {
    literal::attribute(&attrs(binding).next()?)
}

/// Whether the first name of a binding is an identifier and not `name`. The green tree tells it for most bindings,
/// and makes nothing for each node that is looked at, as the syntax tree does.
fn starts_otherwise(binding: &AttrpathValue, name: &str) -> bool {
    let ident = first(binding.syntax().green(), NODE_ATTRPATH).and_then(|path| first(path, NODE_IDENT));
    let token = ident.and_then(|ident| ident.children().next()?.into_token());
    token.is_some_and(|token| token.text() != name)
}

/// The first child of a node, where it is one of this kind.
fn first(node: &GreenNodeData, kind: SyntaxKind) -> Option<&GreenNodeData> {
    let first = node.children().next()?.into_node()?;
    (NixLanguage::kind_from_raw(first.kind()) == kind).then_some(first)
}

fn attrs(binding: &AttrpathValue) -> impl Iterator<Item = Attr> {
    binding.attrpath().into_iter().flat_map(|path| path.attrs())
}

fn split(dotted: &str) -> Vec<String> {
    dotted.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

fn in_expr(expr: &Expr, path: &[String], depth: usize, found: &mut Found) {
    let mut opened = Vec::new();
    open(expr, depth, &mut opened);
    for operand in opened {
        match operand {
            operand if path.is_empty() => found.values.push(operand),
            Expr::AttrSet(set) => in_entries(&set, path, depth.saturating_sub(1), found),
            other => found.opaque.push(other.syntax().clone()),
        }
    }
}

fn in_entries(entries: &impl HasEntry, path: &[String], depth: usize, found: &mut Found) {
    for entry in entries.entries() {
        match entry {
            Entry::AttrpathValue(binding) => in_binding(&binding, path, depth, found),
            Entry::Inherit(inherit) => {
                let Some((first, rest)) = path.split_first() else { continue };
                let named = |attr| literal::is_attribute(&attr, first);
                if !inherit.attrs().any(named) {
                    continue;
                }
                if rest.is_empty() {
                    found.inherited.push(inherit.clone());
                }
                let value = match inherit.from() {
                    Some(_) => None,
                    None => entries.syntax().parent().and_then(|outside| resolve(first, &outside)),
                };
                match value {
                    Some(value) if depth > 0 => in_expr(&value, rest, depth - 1, found),
                    _ => found.opaque.push(inherit.syntax().clone()),
                }
            }
        }
    }
}

fn in_binding(binding: &AttrpathValue, path: &[String], depth: usize, found: &mut Found) {
    if path.first().is_some_and(|name| starts_otherwise(binding, name)) {
        return;
    }
    let mut attrs = attrs(binding);
    let mut rest = path;
    while let Some((name, below)) = rest.split_first() {
        match attrs.next() {
            Some(attr) if literal::is_attribute(&attr, name) => rest = below,
            Some(_) => return,
            None => break,
        }
    }
    match (attrs.next(), binding.value()) {
        (Some(next), _) => match literal::attribute(&next) {
            Some(next) => found.dotted.push((binding.clone(), next)),
            None => found.opaque.push(binding.syntax().clone()),
        },
        (None, Some(value)) => {
            if rest.is_empty() {
                found.bindings.push(binding.clone());
            }
            in_expr(&value, rest, depth, found);
        }
        (None, None) => {}
    }
}

fn open(expr: &Expr, depth: usize, operands: &mut Vec<Expr>) {
    if operands.len() >= OPERANDS {
        return;
    }
    let Some(depth) = depth.checked_sub(1) else {
        operands.push(expr.clone());
        return;
    };
    let inner = match expr {
        Expr::Paren(it) => it.expr(),
        Expr::Lambda(it) => it.body(),
        Expr::LetIn(it) => it.body(),
        Expr::With(it) => it.body(),
        Expr::Assert(it) => it.body(),
        Expr::Root(it) => it.expr(),
        Expr::Ident(it) => it.ident_token().and_then(|token| resolve(token.text(), it.syntax())),
        Expr::BinOp(it) if matches!(it.operator(), Some(BinOpKind::Update | BinOpKind::Concat)) => {
            for side in [it.lhs(), it.rhs()].into_iter().flatten() {
                open(&side, depth, operands);
            }
            return;
        }
        _ => None,
    };
    match inner {
        Some(inner) => open(&inner, depth, operands),
        None => operands.push(expr.clone()),
    }
}

fn enclosing_lets(value: Expr) -> Vec<ast::LetIn> {
    let mut lets = Vec::new();
    let mut next = Some(value);
    while let Some(expr) = next {
        next = match expr {
            Expr::Paren(it) => it.expr(),
            Expr::Lambda(it) => it.body(),
            Expr::With(it) => it.body(),
            Expr::Assert(it) => it.body(),
            Expr::LetIn(it) => {
                let body = it.body();
                lets.push(it);
                body
            }
            _ => None,
        };
    }
    lets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::TreePath;

    /// The values found at `path`, as text, one a line.
    fn values(text: &str, path: &AttrPath) -> String {
        let file = NixFile::parse(&TreePath::literal("x.nix"), text.into()).unwrap();
        find(&file, path).values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn goes_through_the_shapes_people_write() {
        for text in [
            "{ a.b = 1; }",
            "{ a = { b = 1; }; }",
            "{ \"a\".${\"b\"} = 1; }",
            "{ pkgs, ... }@args: { a.b = 1; }",
            "let x = 2; in { a.b = 1; }",
            "rec { a = with x; assert true; ({ b = 1; }); }",
            "{ c = 2; } // { a.b = 1; }",
            "let s = { b = 1; }; in { a = s; }",
            "let a = { b = 1; }; in { inherit a; }",
            "let a.x = 2; in let b = 1; in { a = { inherit b; }; }",
            "rec { v = 1; a.b = v; }",
        ] {
            assert_eq!(values(text, &AttrPath::value("a.b")), "1", "{text}");
        }
    }

    #[test]
    fn stops_where_syntax_can_not_tell() {
        for text in [
            "{ a = f { b = 1; }; }",
            "s: { a = s; }",
            "{ inherit (x) a; }",
            "{ a = if c then { b = 1; } else { }; }",
            "{ \"a${x}\".b = 1; }",
            "# a.b = 1;\n{ c = \"a.b = 1;\"; }",
        ] {
            assert_eq!(values(text, &AttrPath::value("a.b")), "", "{text}");
        }
        assert_eq!(values("let a = a; in a", &AttrPath::value("")), "a");
    }

    #[test]
    fn starts_at_the_let_where_that_is_meant() {
        let text = "{ a, ... }: let a.b = 1; in { a.b = 2; }";
        assert_eq!(values(text, &AttrPath::bound("a.b")), "1");
        assert_eq!(values(text, &AttrPath::value("a.b")), "2");
    }

    #[test]
    fn gives_every_operand() {
        assert_eq!(values("{ l = [ 1 ] ++ x ++ [ 2 ]; }", &AttrPath::value("l")), "[ 1 ] | x | [ 2 ]");
    }
}
