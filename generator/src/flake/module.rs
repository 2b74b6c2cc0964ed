//! Hosts that are registered by a module of their own, in a folder of which every file is a module.

use rowan::ast::AstNode;

use super::{Form, Registration, files::Planned};
use crate::{
    error::{Error, Location, Result},
    nix::{file::NixFile, follow::Term},
    path::TreePath,
};

/// The registration by a new file in `folder`, which `reader` reads.
pub(super) fn register(files: &Planned<'_>, folder: &str, reader: &Term, host: &str) -> Result<Registration> {
    let refuse = |found: String| Error::NoPlace {
        at: reader.location(),
        found,
        by_hand: format!("write a module that binds flake.nixosConfigurations.{host}"),
    };
    let path = place(files, folder, reader, host)
        .ok_or_else(|| refuse("every file of the tree is a module: which is to register hosts?".into()))?;
    if files.is_there(&path) {
        return Err(refuse(format!("{path} is there already")));
    }
    let text = text(files, &path, host);
    let file = NixFile::parse(&path, text.clone())?;
    Ok(Registration { at: Location::file(&path), form: Form::Module, file: Some(file), entry: text })
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
fn text(files: &Planned<'_>, path: &TreePath, host: &str) -> String {
    format!(
        "\
{{ inputs, ... }}:
{{
  flake.nixosConfigurations.{} = inputs.nixpkgs.lib.nixosSystem {{
    system = \"x86_64-linux\";
    modules = [ {} ];
    specialArgs = {{ inherit inputs; }};
  }};
}}
",
        host,
        path.reference(&files.tree.settings().paths.host_module(host)),
    )
}
