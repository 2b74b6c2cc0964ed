//! Every Nix file of the tree parses; what isn't formatted is said.

use super::Finding;
use crate::{
    error::{Error, Location, Result},
    path::TreePath,
    tree::Tree,
};

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in nix_files(tree)? {
        match tree.nix(&path) {
            Ok(file) if file.is_formatted() => {}
            Ok(_) => findings.push(Finding::warning(
                Location::file(&path),
                "is not in the official nixfmt style",
                format!("nixfmt {path}"),
            )),
            Err(error @ Error::Io { .. }) => findings.push(unreadable(&path, &error)),
            Err(error) => findings.push(Finding::of(error)?),
        }
    }
    Ok(findings)
}

fn unreadable(path: &TreePath, error: &Error) -> Finding {
    let why = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    Finding::error(Location::file(path), format!("can't be read{why}"), "bring it back, or make it readable")
}

/// The flake, the rules, and every Nix file below the folders of hosts, homes and users.
fn nix_files(tree: &Tree) -> Result<Vec<TreePath>> {
    let paths = &tree.settings().paths;
    let mut files = vec![paths.flake.clone(), paths.rules.clone(), paths.base.clone()];
    for folder in [&paths.hosts, &paths.homes, &paths.users] {
        files.extend(tree.files_below(folder)?.into_iter().filter(|path| path.has_extension("nix")));
    }
    files.sort();
    files.dedup();
    Ok(files)
}
