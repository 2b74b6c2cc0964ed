//! Folders that a flake reads when it is evaluated: what lies in them is registered by lying there.

use std::collections::BTreeSet;

use rnix::ast::Expr;
use rowan::ast::AstNode;

use crate::nix::follow::{Follower, Term, Value};

/// The functions that read a folder.
const READERS: [&str; 3] = ["readDir", "listFilesRecursive", "import-tree"];

/// How many expressions are looked at.
const LIMIT: usize = 20_000;

/// The folder that every entry of `value` is of, where it is `readDir FOLDER`, be it only the folders in it.
pub(super) fn entries(follower: &Follower<'_>, value: &Value) -> Option<String> {
    let call = follower.call(value)?;
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("readDir", [folder]) => follower.place(folder),
        ("filterAttrs", [wanted, all]) => {
            let text = wanted.term()?.expr.syntax().text().to_string();
            let by_type =
                text.contains("\"directory\"") && !text.contains("&&") && !text.contains("pathExists");
            entries(follower, all).filter(|_| by_type)
        }
        _ => None,
    }
}

/// The folder in which a framework looks for hosts, of those that find them by where they lie.
pub(super) fn framework(follower: &Follower<'_>, term: &Term) -> Option<String> {
    let call = follower.call(&Value::Term(term.clone()))?;
    let text = term.expr.syntax().text().to_string();
    let arguments = call.arguments.first()?;
    match call.name.as_str() {
        "blueprint" => {
            let prefix = follower.lookup(arguments, &["prefix"]);
            match prefix.values.first() {
                Some(prefix) => Some(format!("{}/hosts", follower.place(prefix)?)),
                None => Some("hosts".to_owned()),
            }
        }
        "mkFlake" if text.contains("nixos-unified") => Some("configurations/nixos".to_owned()),
        "mkFlake" if text.contains("snowfall") => Some("systems/x86_64-linux".to_owned()),
        _ => None,
    }
}

/// The folder that `term` reads, itself or through the names that it mentions.
pub(super) fn read_by(follower: &Follower<'_>, term: &Term) -> Option<String> {
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
