//! What is around the call that makes a sibling: what flake-parts has for its platform, and what is in its file alone.

use std::collections::BTreeSet;

use rnix::{
    SyntaxNode,
    ast::{Expr, HasEntry, Ident, Lambda, LetIn},
};
use rowan::ast::AstNode;

use super::{
    carried::{PLATFORM, inherited_from, with_names, writes_functions},
    full::Full,
};
use crate::nix::{
    find::keys,
    follow::{called, without_parentheses},
    literal,
    scope::{binder, is_bound_at, names_from_around, parameters},
};

impl Full<'_> {
    /// A host in full, `value`, with what flake-parts has for its platform, where it names some of that by what most siblings
    /// do: `withSystem "x86_64-linux" ({ pkgs, ... }: value)`.
    pub(super) fn in_system(&self, value: String) -> String {
        let (Some(at), Some(said)) = (self.place.site.syntax(), literal::expression(&value)) else {
            return value;
        };
        let free = names_from_around(said.syntax()).into_iter().map(|name| name.to_string());
        let free: BTreeSet<_> = free.filter(|name| !is_bound_at(name, at)).collect();
        let theirs = self.models().filter_map(|it| with_system(it.value.as_ref()?));
        let Some(asked) = theirs.last().map(|function| parameters(&function)) else { return value };
        let names: Vec<_> = asked.into_iter().filter(|name| free.contains(name)).collect();
        if names.is_empty() {
            return value;
        }
        format!("withSystem \"{PLATFORM}\" ({{ {}, ... }}: {value})", names.join(", "))
    }

    /// Whether a module is in the file of a sibling alone, where the new host has one of its own: by a name that is bound
    /// there, or a path to what lies in the sibling's folder.
    pub(super) fn is_of_its_file(&self, module: &Expr) -> bool {
        let Some(at) = self.place.site.syntax().filter(|_| self.has_own_file) else { return false };
        let is_bound_there = |name: &Ident| {
            let name = name.to_string();
            is_bound_at(&name, at) && !self.is_bound(&name, at)
        };
        self.lies_with_it(module) || names_from_around(module.syntax()).iter().any(is_bound_there)
    }

    /// Whether what is bound where a sibling stands, at `at`, is bound where the new host goes, too: all but what its file
    /// binds beside what it is passed, and takes from that.
    pub(super) fn is_bound(&self, name: &str, at: &SyntaxNode) -> bool {
        let is_passed = |it: &SyntaxNode| Lambda::can_cast(it.kind());
        binder(name, at).is_some_and(|it| !self.has_own_file || is_passed(&it))
            || self.taken_from(name).is_some()
    }

    /// What `said` is in a file of the new host's own, with what siblings' files bind names to that it takes from there.
    pub(crate) fn in_own_file(&self, said: &Expr) -> Option<Expr> {
        literal::expression(&with_names(said, &|name| self.taken_from(name))?)
    }

    /// What the files of siblings of their own bind `name` to, where all do alike that bind it: `inputs.disko` by
    /// `let inherit (inputs) disko; in`, or what several say.
    fn taken_from(&self, name: &str) -> Option<String> {
        let files = self.siblings.iter().filter(|_| self.has_own_file);
        let binders: Vec<_> = files.filter_map(|it| binder(name, &it.node)).collect();
        let is_of_several = binders.len() > 1;
        let bound = binders.iter().map(|it| {
            let taken = set_passed_with(name, it).map(|set| format!("{set}.{name}"));
            taken.or_else(|| said_with_what_is_passed(name, it).filter(|_| is_of_several))
        });
        let mut bound = bound.collect::<Option<BTreeSet<_>>>()?.into_iter();
        bound.next().filter(|_| bound.next().is_none())
    }

    fn lies_with_it(&self, module: &Expr) -> bool {
        let text = module.syntax().text().to_string();
        if !matches!(module, Expr::PathRel(_)) || text == self.folder {
            return false;
        }
        let Some(path) = self.place.term.file.path().resolve(&text) else { return false };
        let is_a_host = |part: &str| self.siblings.iter().any(|it| it.name == part);
        path.as_str().split('/').any(is_a_host)
    }
}

/// The set that a `let` inherits `name` from, where that is of what its file is passed.
fn set_passed_with(name: &str, bindings: &SyntaxNode) -> Option<String> {
    let from = inherited_from(name, bindings)?;
    let is_name = matches!(from, Expr::Ident(_) | Expr::Select(_));
    (is_name && is_made_of_what_is_passed(&from)).then(|| from.syntax().text().to_string())
}

/// What a `let` binds `name` to, where it is made of what its file is passed, and means the same in a file of another folder.
fn said_with_what_is_passed(name: &str, bindings: &SyntaxNode) -> Option<String> {
    let bindings = LetIn::cast(bindings.clone())?;
    let value = bindings.attrpath_values().find(|it| keys(it) == [Some(name.to_owned())])?.value()?;
    let mut exprs = value.syntax().descendants().filter_map(Expr::cast);
    let is_whole = !exprs.any(|it| matches!(it, Expr::PathRel(_)));
    let means_the_same = is_whole && is_made_of_what_is_passed(&value) && !writes_functions(&value);
    let text = value.syntax().text();
    means_the_same.then(|| match &value {
        Expr::AttrSet(_) | Expr::List(_) | Expr::Ident(_) | Expr::Select(_) => text.to_string(),
        _ => format!("({text})"),
    })
}

/// Whether all names that an expression takes from around it are of what its file is passed.
fn is_made_of_what_is_passed(expr: &Expr) -> bool {
    let is_passed = |it: &Ident| {
        binder(&it.to_string(), it.syntax()).is_some_and(|binder| Lambda::can_cast(binder.kind()))
    };
    names_from_around(expr.syntax()).iter().all(is_passed)
}

/// The function of flake-parts' `withSystem system (arguments: …)`, where that is written out.
pub(super) fn with_system(value: &Expr) -> Option<Lambda> {
    let Expr::Apply(call) = value else { return None };
    match without_parentheses(call.argument()?) {
        Expr::Lambda(function) if called(call).as_deref() == Some("withSystem") => Some(function),
        _ => None,
    }
}
