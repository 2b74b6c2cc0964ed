//! Where a host's own file lies: in the folder of the host, or beside it.

use std::fmt;

use rowan::ast::AstNode;
use serde::Deserialize;

use crate::{
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        follow::default,
    },
    path::TreePath,
};

/// What the hosts of a tree call their own file, each its own, as seen from the folder of the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum HostFile {
    /// It lies in the folder: `default.nix` is `hosts/tower/default.nix`.
    Inside(TreePath),
    /// It lies beside the folder, and is called as the host is: `../NAME.nix` is `hosts/tower.nix`.
    Beside,
}

/// What is a host's own, by its name.
#[derive(Debug, Clone)]
pub struct HostFiles {
    /// The host.
    pub name: String,
    /// Its own file.
    pub file: TreePath,
    /// The folder that has its name. Where the file lies beside, there need not be one.
    pub folder: TreePath,
}

/// The option that says the release which a machine was born under.
pub(crate) const STATE_VERSION: &str = "system.stateVersion";

/// The option that allows packages which aren't free.
pub(crate) const ALLOW_UNFREE: [&str; 3] = ["nixpkgs", "config", "allowUnfree"];

/// What a host's own file needs to say for what the flake says of its machines, or leaves to each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Its release as a default, which is of no account where the flake says `system.stateVersion` of all machines.
    pub default_release: bool,
    /// `nixpkgs.config.allowUnfree`, which its siblings say each for itself.
    pub unfree: bool,
}

impl Needs {
    /// What a host's own file says of it.
    #[must_use]
    pub fn of(own: &NixFile) -> Self {
        let release = find(own, &AttrPath::value(STATE_VERSION));
        let unfree = find(own, &AttrPath::value(&ALLOW_UNFREE.join(".")));
        Self {
            default_release: release.value().is_some_and(|value| default(value).is_some()),
            unfree: unfree.value().is_some_and(|value| value.syntax().text() == "true"),
        }
    }
}

/// How a file beside the folder of a host is written: `NAME` stands for the host.
const BESIDE: &str = "../NAME.nix";

impl HostFile {
    /// What the host called `name` has for its own, where hosts lie in `hosts`.
    #[must_use]
    pub fn of(&self, hosts: &TreePath, name: &str) -> HostFiles {
        let folder = hosts.join(name);
        let file = match self {
            Self::Inside(file) => folder.join(file),
            Self::Beside => hosts.join(self.entry(name)),
        };
        HostFiles { name: name.to_owned(), file, folder }
    }

    /// What a host lies by in the folder of hosts: `tower`, or `tower.nix`.
    #[must_use]
    pub fn entry(&self, name: &str) -> String {
        match self {
            Self::Inside(_) => name.to_owned(),
            Self::Beside => format!("{name}.nix"),
        }
    }

    /// The host that lies by `entry` in the folder of hosts.
    #[must_use]
    pub fn host<'a>(&self, entry: &'a str) -> Option<&'a str> {
        match self {
            Self::Inside(_) => Some(entry),
            Self::Beside => entry.strip_suffix(".nix"),
        }
    }
}

impl HostFiles {
    /// What a flake's `modules` name the host by: its own file, or the folder whose `default.nix` that is.
    #[must_use]
    pub fn module(&self) -> TreePath {
        let folder = self.file.ancestors().next().filter(|_| self.file.as_str().ends_with("/default.nix"));
        folder.unwrap_or_else(|| self.file.clone())
    }

    /// Where all that is the host's own lies: its folder, and its file where that lies beside.
    #[must_use]
    pub fn places(&self) -> Vec<TreePath> {
        if self.is_inside() {
            vec![self.folder.clone()]
        } else {
            vec![self.folder.clone(), self.file.clone()]
        }
    }

    /// What the host lies by: its folder, or its file where that lies beside.
    #[must_use]
    pub fn place(&self) -> &TreePath {
        if self.is_inside() { &self.folder } else { &self.file }
    }

    /// Whether a module at `path` is the host's own, or one in its folder where its own file lies there.
    #[must_use]
    pub fn is_loaded_by(&self, path: &str) -> bool {
        is_at_or_below(path, self.place())
    }

    /// Whether `path` is the host's by its name, be it that a new one has nothing there.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        is_at_or_below(path, self.place()) || is_at_or_below(path, &self.folder)
    }

    /// Whether its own file lies in its folder.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.file.is_below(self.folder.as_str())
    }
}

impl fmt::Display for HostFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inside(file) => file.fmt(f),
            Self::Beside => f.write_str(BESIDE),
        }
    }
}

impl TryFrom<String> for HostFile {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == BESIDE {
            return Ok(Self::Beside);
        }
        if text.split('/').any(|part| part == "..") {
            return Err(format!(
                "{text:?} leads out of the host's folder: `..` is taken in \"{BESIDE}\" alone, the file beside it, where NAME stands for the host"
            ));
        }
        TreePath::new(text).map(Self::Inside).map_err(|error| error.to_string())
    }
}

fn is_at_or_below(path: &str, place: &TreePath) -> bool {
    path.strip_prefix(place.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn files(host_file: &str) -> HostFiles {
        HostFile::try_from(host_file.to_owned()).unwrap().of(&TreePath::literal("hosts"), "tower")
    }

    #[test]
    fn a_file_lies_in_the_folder_of_its_host_or_beside_it() {
        for (host_file, file, module, place) in [
            ("default.nix", "hosts/tower/default.nix", "hosts/tower", "hosts/tower"),
            ("nixos/main.nix", "hosts/tower/nixos/main.nix", "hosts/tower/nixos/main.nix", "hosts/tower"),
            ("../NAME.nix", "hosts/tower.nix", "hosts/tower.nix", "hosts/tower.nix"),
        ] {
            let files = files(host_file);
            let found = (files.file.as_str(), files.module(), files.place().as_str());
            assert_eq!((found.0, found.1.as_str(), found.2), (file, module, place));
            assert_eq!(HostFile::try_from(host_file.to_owned()).unwrap().to_string(), host_file);
        }
    }

    #[test]
    fn what_loads_a_host_is_its_own() {
        let (inside, beside) = (files("default.nix"), files("../NAME.nix"));
        assert!(inside.is_loaded_by("hosts/tower") && inside.is_loaded_by("hosts/tower/disks.nix"));
        assert!(beside.is_loaded_by("hosts/tower.nix") && !beside.is_loaded_by("hosts/tower"));
        assert!(!inside.has("hosts/tower.nix") && !beside.has("hosts/tower-2.nix"));
        assert!(beside.has("hosts/tower/disks.nix"));
    }
}
