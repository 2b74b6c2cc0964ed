//! The nodes of a hive of colmena: each is a module.

use rnix::ast::Expr;
use rowan::ast::AstNode;

use super::{ELSEWHERE, Search, condition::Condition, via::Via};
use crate::nix::follow::{Follower, Term, Value};

impl Search<'_> {
    /// Looks at the hive whose nodes `term` selects, `(colmena.lib.makeHive { … }).nodes`; gives whether it is one.
    pub(super) fn nodes(&mut self, term: &Term) -> bool {
        let Some(hive) = hive_of(self.follower, term) else { return false };
        let Some((make, is_host)) = of_a_node(self.follower, &hive) else { return false };
        let via = Via::Mapped(make, Box::new(Via::Host));
        self.that(Condition::new(&is_host), |search| search.sets(&hive, &via));
        true
    }
}

/// What all nodes have that `term` selects of a hive, as a host.
pub(in crate::flake) fn of_all(follower: &Follower<'_>, term: &Term) -> Option<Value> {
    let (hive, colmena) = (hive_of(follower, term)?, colmena(follower)?);
    follower.apply(&follower.select(&colmena, &["any"])?, hive)
}

/// The hive whose nodes are selected, unless these are of another platform by default.
fn hive_of(follower: &Follower<'_>, term: &Term) -> Option<Value> {
    let Expr::Select(select) = &term.expr else { return None };
    let names = select.attrpath()?.attrs().map(|attr| follower.attribute(term, &attr));
    let names: Vec<_> = names.collect::<Option<_>>()?;
    let mut path: Vec<_> = names.iter().map(String::as_str).collect();
    path.pop().filter(|last| *last == "nodes")?;
    let base = Value::Term(term.with(select.expr()?));
    let made = if path.is_empty() { base } else { follower.select(&base, &path)? };
    let call = follower.call(&follower.reduce(&made)).filter(|call| call.name == "makeHive")?;
    let hive = follower.reduce(call.arguments.first()?);
    let nixpkgs = follower.select(&hive, &["meta", "nixpkgs"])?;
    let text = nixpkgs.innermost()?.expr.syntax().text().to_string();
    (!ELSEWHERE.iter().any(|platform| text.contains(platform))).then_some(hive)
}

/// What makes a host of a node, and what is asked of its name.
fn of_a_node(follower: &Follower<'_>, hive: &Value) -> Option<(Value, Value)> {
    let colmena = colmena(follower)?;
    let make = follower.apply(&follower.select(&colmena, &["make"])?, hive.clone())?;
    Some((make, follower.select(&colmena, &["isHost"])?))
}

/// What colmena makes of hives.
fn colmena(follower: &Follower<'_>) -> Option<Value> {
    Some(follower.body(&follower.beside("hive.nix", include_str!("hive.nix"))?))
}
