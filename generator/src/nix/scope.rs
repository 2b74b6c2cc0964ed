//! Names and what binds them, lexically: `let`, `rec`, parameters, `with`.

use rnix::{
    SyntaxKind::{
        NODE_ATTR_SET, NODE_ATTRPATH, NODE_IDENT_PARAM, NODE_INHERIT, NODE_LAMBDA, NODE_LET_IN,
        NODE_PAT_BIND, NODE_PAT_ENTRY, TOKEN_REC,
    },
    SyntaxNode,
    ast::{self, AttrSet, Entry, Expr, HasEntry, Inherit, Param, PatEntry},
};
use rowan::ast::AstNode;

use crate::nix::{
    eval::PLAIN,
    find::{first_key, keys},
    literal,
};

/// The names that `expr`, an expression or a binding, takes from where it stands, and that nothing around it binds.
///
/// Below a `with` any name may be bound, so that none is missing there.
#[must_use]
pub fn unbound_names(expr: &SyntaxNode) -> Vec<String> {
    let unbound = names(expr).filter(|(name, scope)| !may_be_bound_at(&name.to_string(), scope));
    unbound.map(|(name, _)| name.to_string()).collect()
}

/// The names that `expr` takes from around it, where they stand: what nothing in it binds for certain, and Nix has not
/// built in.
pub(crate) fn names_from_around(expr: &SyntaxNode) -> Vec<ast::Ident> {
    let around = expr.parent();
    let is_bound_within = |name: &str, scope: &SyntaxNode| {
        let mut within = scope.ancestors().take_while(|it| Some(it) != around.as_ref());
        // What a set inherits comes from outside of it.
        expr.text_range().contains_range(scope.text_range()) && within.any(|scope| binds_in(name, scope))
    };
    let free = names(expr).filter(|(name, scope)| {
        let name = name.to_string();
        !is_bound_within(&name, scope) && (binder(&name, scope).is_some() || !PLAIN.contains(&name.as_str()))
    });
    free.map(|(name, _)| name).collect()
}

/// The names in `expr` that stand for values, each with what it takes its value from.
fn names(expr: &SyntaxNode) -> impl Iterator<Item = (ast::Ident, SyntaxNode)> {
    expr.descendants().filter_map(|node| {
        let parent = node.parent()?;
        let ident = ast::Ident::cast(node.clone())?;
        let reference = match parent.kind() {
            NODE_ATTRPATH | NODE_IDENT_PARAM | NODE_PAT_BIND => false,
            NODE_PAT_ENTRY => PatEntry::cast(parent.clone())?.default()?.syntax() == ident.syntax(),
            NODE_INHERIT => Inherit::cast(parent.clone())?.from().is_none(),
            _ => true,
        };
        // What a set inherits comes from outside of it.
        let scope = if parent.kind() == NODE_INHERIT { parent.parent()?.parent()? } else { node };
        reference.then_some((ident, scope))
    })
}

/// What binds `name` for certain where `at` stands: a function, a `let` or a `rec`.
pub(crate) fn binder(name: &str, at: &SyntaxNode) -> Option<SyntaxNode> {
    at.ancestors().find(|scope| binds_in(name, scope.clone()))
}

/// Whether something around `at` binds `name` for certain: no `with`, and nothing that Nix has built in.
#[must_use]
pub fn is_bound_at(name: &str, at: &SyntaxNode) -> bool {
    binder(name, at).is_some()
}

fn may_be_bound_at(name: &str, at: &SyntaxNode) -> bool {
    let may_bind = |scope: SyntaxNode| may_bind(&scope, at) || binds_in(name, scope);
    PLAIN.contains(&name) || at.ancestors().any(may_bind)
}

/// Whether `scope` is a `with` that has `at` in its body: the set that it opens comes from outside of it.
fn may_bind(scope: &SyntaxNode, at: &SyntaxNode) -> bool {
    let body = ast::With::cast(scope.clone()).and_then(|with| with.body());
    body.is_some_and(|body| body.syntax().text_range().contains_range(at.text_range()))
}

fn binds_in(name: &str, scope: SyntaxNode) -> bool {
    match scope.kind() {
        NODE_LAMBDA => {
            ast::Lambda::cast(scope).and_then(|it| it.param()).is_some_and(|param| binds(&param, name))
        }
        NODE_LET_IN => ast::LetIn::cast(scope).is_some_and(|it| bound_in(&it, name).is_some()),
        NODE_ATTR_SET => AttrSet::cast(scope).is_some_and(|it| is_rec(&it) && bound_in(&it, name).is_some()),
        _ => false,
    }
}

/// The expression that `name` is bound to where `at` stands, if an enclosing `let` or `rec` binds it.
pub(crate) fn resolve(name: &str, at: &SyntaxNode) -> Option<Expr> {
    for scope in at.ancestors() {
        if let Some(lambda) = ast::Lambda::cast(scope.clone()) {
            if binds(&lambda.param()?, name) {
                return None;
            }
        } else if let Some(bindings) = ast::LetIn::cast(scope.clone()) {
            if let Some(bound) = bound_in(&bindings, name) {
                return bound.readable();
            }
        } else if let Some(set) = AttrSet::cast(scope)
            && is_rec(&set)
            && let Some(bound) = bound_in(&set, name)
        {
            return bound.readable();
        }
    }
    None
}

/// Whether a set is recursive. `rec` comes first: looking for it behind the entries would take long in a long set.
pub(crate) fn is_rec(set: &AttrSet) -> bool {
    set.syntax().first_child_or_token().is_some_and(|first| first.kind() == TOKEN_REC)
}

/// What a name is bound to.
enum Bound {
    To(Expr),
    /// Something that syntax doesn't tell.
    Unreadable,
}

impl Bound {
    fn readable(self) -> Option<Expr> {
        match self {
            Self::To(expr) => Some(expr),
            Self::Unreadable => None,
        }
    }
}

/// What `entries` bind `name` to, if they do.
fn bound_in(entries: &impl HasEntry, name: &str) -> Option<Bound> {
    let bound = |expr: Option<Expr>| expr.map_or(Bound::Unreadable, Bound::To);
    for entry in entries.entries() {
        match entry {
            Entry::AttrpathValue(binding) => {
                if first_key(&binding).as_deref() == Some(name) {
                    return Some(bound(binding.value().filter(|_| keys(&binding).len() == 1)));
                }
            }
            Entry::Inherit(inherit) => {
                if inherit.attrs().any(|attr| literal::is_attribute(&attr, name)) {
                    let outside = entries.syntax().parent().filter(|_| inherit.from().is_none());
                    return Some(bound(outside.and_then(|outside| resolve(name, &outside))));
                }
            }
        }
    }
    None
}

/// The names that a function asks for in a pattern; none of one that takes its argument as a whole.
pub(crate) fn parameters(function: &ast::Lambda) -> Vec<String> {
    let Some(Param::Pattern(pattern)) = function.param() else { return Vec::new() };
    pattern.pat_entries().filter_map(|entry| Some(entry.ident()?.to_string())).collect()
}

/// Whether a function's parameter binds `name`.
pub(crate) fn binds(param: &Param, name: &str) -> bool {
    let is = |ident: Option<ast::Ident>| {
        ident.and_then(|ident| ident.ident_token()).is_some_and(|token| token.text() == name)
    };
    match param {
        Param::IdentParam(param) => is(param.ident()),
        Param::Pattern(pattern) => {
            is(pattern.pat_bind().and_then(|bind| bind.ident()))
                || pattern.pat_entries().any(|entry| is(entry.ident()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        nix::{
            file::NixFile,
            find::{AttrPath, find},
        },
        path::TreePath,
    };

    #[test]
    fn knows_which_names_are_bound_where_they_stand() {
        let unbound = |text: &str| {
            let file = NixFile::parse(&TreePath::literal("x.nix"), text.into()).unwrap();
            unbound_names(find(&file, &AttrPath::value("v")).value().unwrap().syntax())
        };
        assert_eq!(unbound("{ v = a b.c; }"), ["a", "b"]);
        assert_eq!(unbound("{ a, ... }@b: { v = a b.c; }"), [""; 0]);
        assert_eq!(unbound("let a = 1; in rec { b.c = 2; v = a b.c d; }"), ["d"]);
        assert_eq!(unbound("{ v = { a = x: x y; inherit b; inherit (c) d; }; }"), ["y", "b", "c"]);
        assert_eq!(unbound("with lib; { v = anything; }"), [""; 0]);
        assert_eq!(unbound("{ v = [ (with a.b; anything) ]; }"), ["a"]);
        assert_eq!(unbound("{ v = map toString [ true null ]; }"), [""; 0]);
        assert_eq!(unbound("{ v = [ ({ a, b ? a, c ? d }: b) ]; }"), ["d"]);
    }

    #[test]
    fn knows_which_names_are_taken_from_around() {
        let taken = |text: &str| {
            let file = NixFile::parse(&TreePath::literal("x.nix"), text.into()).unwrap();
            let value = find(&file, &AttrPath::value("v"));
            let names = names_from_around(value.value().unwrap().syntax()).into_iter();
            names.map(|name| name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(taken("{ a, ... }: { v = a b.c (x: x y) (let z = 1; in z); }"), ["a", "b", "y"]);
        assert_eq!(taken("{ v = { inherit a; inherit (b) c; d = 1; e = d; }; }"), ["a", "b", "d"]);
        assert_eq!(
            taken("{ map, ... }: { v = [ (with lib; a) (map toString) true ]; }"),
            ["lib", "a", "map"]
        );
    }
}
