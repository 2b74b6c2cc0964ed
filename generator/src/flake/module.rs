//! Hosts that are registered by a module of their own, in a folder of which every file is a module.

use std::collections::BTreeMap;

use rowan::ast::AstNode;

use super::{Form, Registration, files::Planned, folder::is_for_hosts, full::nixpkgs, reading::Reading};
use crate::{
    error::{Error, Location, Result},
    nix::{file::NixFile, follow::Term},
    path::TreePath,
    rename::rename,
};

/// The registration by a new file in the folder of modules that most hosts are registered in; nothing where there is
/// no such folder, or hosts are registered elsewhere.
pub(super) fn register(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    host: &str,
) -> Option<Result<Registration>> {
    let alone: Vec<_> = reading.each().filter(|(_, hosts)| hosts.len() == 1).collect();
    let registered =
        |folder: &str| alone.iter().filter(|(place, _)| place.term.file.path().is_below(folder)).count();
    // Of folders with as many it is that which is called as those of hosts are, or the first.
    let modules = reading.places.modules.iter().rev();
    let (folder, reader) = modules.max_by_key(|(folder, _)| (registered(folder), is_for_hosts(folder)))?;
    if !alone.is_empty() && registered(folder) == 0 {
        return None;
    }
    Some(register_in(files, reading, (folder, reader), host))
}

fn register_in(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    (folder, reader): (&str, &Term),
    host: &str,
) -> Result<Registration> {
    let refuse = |found: String| Error::NoPlace {
        at: reader.location(),
        found,
        by_hand: format!("write a module that binds flake.nixosConfigurations.{host}"),
    };
    let path = as_siblings(reading, folder, host).or_else(|| place(files, folder, reader, host));
    let path =
        path.ok_or_else(|| refuse("every file of the tree is a module: which is to register hosts?".into()))?;
    if files.is_there(&path) {
        return Err(refuse(format!("{path} is there already")));
    }
    let nixpkgs = nixpkgs(&reading.follower, &files.tree.settings().paths.flake);
    let nixpkgs = nixpkgs.ok_or_else(|| refuse("which input is nixpkgs can't be told".into()))?;
    let text = text(files, &path, host, &nixpkgs);
    let file = NixFile::parse(&path, text.clone())?;
    Ok(Registration { at: Location::file(&path), form: Form::Module, file: Some(file), entry: text })
}

/// The file that most hosts in `folder` that have one of their own are registered in, with the new name:
/// `hosts/NAME/default.nix`.
fn as_siblings(reading: &Reading<'_>, folder: &str, host: &str) -> Option<TreePath> {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for (place, hosts) in reading.each() {
        let path = place.term.file.path();
        let ([sibling], true) = (hosts, path.is_below(folder)) else { continue };
        let renamed = rename(path.as_str(), &sibling.name, host, true);
        if renamed != path.as_str() {
            *alike.entry(renamed).or_default() += 1;
        }
    }
    let (path, _) = alike.into_iter().max_by_key(|(_, count)| *count)?;
    TreePath::new(path).ok()
}

/// `FOLDER/agent-NAME.nix`; below `FOLDER/hosts` where that is there and the folders below are read, too.
fn place(files: &Planned<'_>, folder: &str, reader: &Term, host: &str) -> Option<TreePath> {
    let folder = TreePath::new(folder).ok()?;
    let deep = !reader.expr.syntax().text().to_string().contains("readDir");
    let hosts = folder.join("hosts");
    let is_folder = hosts.under(files.tree.root()).is_dir();
    Some(if deep && is_folder { hosts } else { folder }.join(format_args!("{host}.nix")))
}

/// The module: in the official style, and with nothing but what a host needs.
fn text(files: &Planned<'_>, path: &TreePath, host: &str, nixpkgs: &str) -> String {
    format!(
        "\
{{ inputs, ... }}:
{{
  flake.nixosConfigurations.{} = inputs.{}.lib.nixosSystem {{
    system = \"x86_64-linux\";
    modules = [ {} ];
    specialArgs = {{ inherit inputs; }};
  }};
}}
",
        host,
        nixpkgs,
        path.reference(&files.tree.settings().paths.host_module(host)),
    )
}
