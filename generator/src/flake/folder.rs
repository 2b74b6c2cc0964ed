//! Folders that a flake reads when it is evaluated: what lies in them is registered by lying there.

use std::collections::BTreeSet;

use rnix::ast::Expr;
use rowan::ast::AstNode;

use crate::nix::follow::{Follower, Term, Value};

/// The functions that read a folder.
const READERS: [&str; 3] = ["readDir", "listFilesRecursive", "import-tree"];

/// The frameworks that find hosts by where they lie, with where each looks for one.
const FRAMEWORKS: [(&str, &str); 3] =
    [("blueprint", "hosts"), ("snowfall-lib", "systems"), ("nixos-unified", "configurations/nixos")];

/// How many expressions are looked at.
const LIMIT: usize = 20_000;

/// The folder that `term` reads, itself or through the names that it mentions.
pub(super) fn read_by(follower: &Follower<'_>, term: &Term) -> Option<String> {
    let text = term.expr.syntax().text().to_string();
    let framework = FRAMEWORKS
        .iter()
        .find(|(name, _)| text.split(|c: char| !(c.is_alphanumeric() || c == '-')).any(|word| word == *name));
    if let Some((_, folder)) = framework {
        return Some((*folder).to_owned());
    }
    let mut seen = BTreeSet::new();
    let mut waiting = vec![term.clone()];
    let mut looked = 0;
    while let Some(term) = waiting.pop() {
        let range = term.expr.syntax().text_range();
        if !seen.insert((term.file.path().clone(), range.start(), range.end())) {
            continue;
        }
        for node in term.expr.syntax().descendants() {
            looked += 1;
            if looked > LIMIT {
                return None;
            }
            let Some(expr) = Expr::cast(node) else { continue };
            let inner = term.with(expr);
            match &inner.expr {
                Expr::Apply(_) | Expr::BinOp(_) => {
                    let call = follower.call(&Value::Term(inner.clone()));
                    if let Some(call) = call.filter(|call| READERS.contains(&call.name.as_str()))
                        && let Some(folder) = call.arguments.first().and_then(|it| follower.place(it))
                    {
                        return Some(folder);
                    }
                }
                Expr::Ident(_) => {
                    if let Value::Term(value) = follower.reduce(&Value::Term(inner)) {
                        waiting.push(value);
                    }
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether `term` mentions `folder`, by a path that is written out there.
pub(super) fn mentions(follower: &Follower<'_>, term: &Term, folder: &str) -> bool {
    let exprs = term.expr.syntax().descendants().take(LIMIT).filter_map(Expr::cast);
    let paths = exprs
        .filter(|expr| matches!(expr, Expr::PathRel(_) | Expr::Str(_) | Expr::BinOp(_) | Expr::Ident(_)));
    paths.into_iter().any(|expr| follower.place(&Value::Term(term.with(expr))).as_deref() == Some(folder))
}
