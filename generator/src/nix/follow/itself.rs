//! The flake itself: what `self` has is what its outputs bind.

use rnix::ast::{Expr, Lambda, Param};
use rowan::ast::AstNode;

use super::{Follower, Value};
use crate::nix::scope::binds;

/// What a flake has besides its outputs.
const SOURCE: [&str; 5] = ["inputs", "outPath", "rev", "shortRev", "sourceInfo"];

impl Follower<'_> {
    /// What `path` of `base` is, where that is an output of the flake: `self.lib.mkHost`, `inputs.self.lib.mkHost`.
    pub(super) fn output(&self, base: &Value, path: &[&str]) -> Option<Value> {
        let path = of_itself(base, path)?;
        let path = path.strip_prefix(&["outputs"]).unwrap_or(path);
        if path.first().is_none_or(|first| SOURCE.contains(first)) {
            return None;
        }
        let outputs = self.select(&self.file(&self.flake)?, &["outputs"])?;
        self.select(&self.body(&outputs), path)
    }
}

/// The rest of `path` behind what is the flake itself.
fn of_itself<'a>(base: &Value, path: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let base = &base.term()?.expr;
    match (base.syntax().text().to_string().as_str(), path) {
        // `self: super: …` is an overlay of something else.
        ("self", path) => is_argument_of_a_pattern(base, "self").then_some(path),
        ("inputs", ["self", path @ ..]) | ("inputs.self", path) => Some(path),
        _ => None,
    }
}

fn is_argument_of_a_pattern(at: &Expr, name: &str) -> bool {
    let mut functions = at.syntax().ancestors().filter_map(Lambda::cast).filter_map(|it| it.param());
    functions.find(|param| binds(param, name)).is_some_and(|param| matches!(param, Param::Pattern(_)))
}
