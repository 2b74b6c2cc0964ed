//! Whether what reads a folder takes a file that would be new there: the filters of its list are asked.

use crate::{
    nix::follow::{Follower, Term, Value},
    path::TreePath,
};

/// How many calls and names are followed to what reads the folder.
const STEPS: usize = 16;

/// Whether the list of files that `reader` gives would have the one at `path`; nothing where that can't be told.
pub(super) fn takes(follower: &Follower<'_>, reader: &Term, path: &TreePath) -> Option<bool> {
    let mut value = Value::Term(reader.clone());
    for _ in 0..STEPS {
        let call = follower.call(&value);
        let arguments = call.as_ref().map(|call| (call.name.as_str(), call.arguments.as_slice()));
        value = match arguments {
            Some(("filter", [condition, list])) => {
                // It is asked about a path, whose text begins by where the flake lies.
                let file = Value::Text(format!("/{path}"));
                if !follower.truth(&Value::applied(condition.clone(), file))? {
                    return Some(false);
                }
                list.clone()
            }
            Some(("sort" | "map", [_, list])) => list.clone(),
            Some(("listFilesRecursive", _)) => return Some(true),
            _ => follower.next(&value)?,
        };
    }
    None
}
