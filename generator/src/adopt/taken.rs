//! What a flake would take the new files for: the base image is to be its only new host, and none is a module of it but
//! the one that registers that.

use std::collections::BTreeSet;

use super::BASE;
use crate::{
    error::{Error, Result},
    flake::{self, Planned, Survey},
    nix::follow::is_hidden,
    path::TreePath,
    plan::Draft,
    tree::Tree,
};

/// Follows the flake as it is planned: its hosts must be those of `before` and the base image, which `module` registers
/// where that is a file of its own.
pub(super) fn expect_base_alone(
    draft: &Draft<'_>,
    tree: &Tree,
    before: &Survey,
    module: Option<&TreePath>,
) -> Result<()> {
    let planned = draft.planned();
    let after = flake::survey(&Planned::new(tree, planned.clone()))?;
    let names = |survey: &Survey| -> BTreeSet<String> {
        survey.names.keys().filter(|name| *name != BASE).cloned().collect()
    };
    if let Some(name) = names(before).symmetric_difference(&names(&after)).next() {
        return Err(refused(format!(
            "the hosts would not be those of before and {BASE}: {name} would differ"
        )));
    }
    let is_new = |path: &&TreePath| !tree.has(path) && Some(*path) != module;
    for path in planned.keys().filter(is_new) {
        for folder in &after.folders {
            expect_no_host(tree, folder, path)?;
        }
        let is_module = |folder: &&String| path.is_below(folder) && is_loaded(path, folder);
        if let Some(folder) = after.modules.iter().find(is_module) {
            return Err(refused(format!(
                "{path} would be a module of the flake, which loads every file of {}",
                called(folder)
            )));
        }
    }
    Ok(())
}

/// What is new in a folder of hosts must be the base image's, or lie in a folder that was there.
fn expect_no_host(tree: &Tree, folder: &str, path: &TreePath) -> Result<()> {
    let paths = &tree.settings().paths;
    let below = path.as_str().get(folder.len()..).filter(|_| path.is_below(folder)).unwrap_or_default();
    let Some(entry) = below.trim_start_matches('/').split('/').next().filter(|entry| !entry.is_empty())
    else {
        return Ok(());
    };
    let is_base = folder == paths.hosts.as_str() && entry == paths.host_file.entry(BASE);
    let is_old = TreePath::new(format!("{folder}/{entry}")).is_ok_and(|entry| tree.has(&entry));
    if is_base || is_old {
        return Ok(());
    }
    Err(refused(format!(
        "{entry} would be a host, as the flake reads its hosts from {}: {path}",
        called(folder)
    )))
}

/// Whether what loads all modules of `folder` loads the file at `path`.
fn is_loaded(path: &TreePath, folder: &str) -> bool {
    path.has_extension("nix") && !is_hidden(folder, path)
}

fn called(folder: &str) -> &str {
    if folder.is_empty() { "the tree" } else { folder }
}

fn refused(message: String) -> Error {
    Error::Conflict {
        message,
        hint: "have the flake read a folder in which nothing of agents lies, then run this again".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::super::{Adoption, Detected, plan};
    use super::*;
    use crate::settings::Paths;

    /// Plans in a flake with these outputs, as if no folder of it were read.
    fn check(outputs: &str, expected: &str) {
        let root = TempDir::new().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "flake.nix",
            &format!("{{\n  inputs.nixpkgs.url = \"nixpkgs\";\n  outputs = inputs: {outputs};\n}}\n"),
        );
        write("hosts/tower/default.nix", "{ }\n");
        write(
            "modules/tower.nix",
            "{ flake.nixosConfigurations.tower = inputs.nixpkgs.lib.nixosSystem { }; }\n",
        );
        let mut settings = Detected::read(root.path()).unwrap().settings().unwrap();
        settings.paths = Paths::default();
        let tree = Tree::with_settings(root.path(), settings).unwrap();
        let key = include_str!("../../../tests/keys/example_operator.pub").trim().parse().unwrap();
        let error =
            plan(&tree, &Adoption { keys: vec![key], ..Adoption::default() }, Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn no_file_is_taken_for_a_host() {
        check(
            "{ nixosConfigurations = builtins.mapAttrs (name: _: inputs.nixpkgs.lib.nixosSystem { modules = [ ./hosts/${name} ]; specialArgs = { inherit inputs; }; }) (builtins.readDir ./hosts); }",
            "common would be a host, as the flake reads its hosts from hosts: hosts/common/optional/agent-base.nix",
        );
    }

    #[test]
    fn no_file_is_taken_for_a_module() {
        check(
            "inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules)",
            "modules/agent-home.nix would be a module of the flake, which loads every file of modules",
        );
    }
}
