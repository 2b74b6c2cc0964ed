//! The options that a flake declares itself, beside those of NixOS and of what many have from inputs.

use rnix::ast::{AttrSet, HasEntry};

use crate::nix::find::keys;

/// The options at the top of NixOS, and of modules that many have from inputs.
const OPTIONS: [&str; 42] = [
    "_module",
    "age",
    "assertions",
    "boot",
    "config",
    "console",
    "containers",
    "disko",
    "documentation",
    "environment",
    "facter",
    "fileSystems",
    "fonts",
    "gtk",
    "hardware",
    "home-manager",
    "i18n",
    "imports",
    "lib",
    "location",
    "meta",
    "networking",
    "nix",
    "nixpkgs",
    "options",
    "powerManagement",
    "programs",
    "qt",
    "security",
    "services",
    "sops",
    "specialisation",
    "stylix",
    "swapDevices",
    "system",
    "systemd",
    "time",
    "users",
    "virtualisation",
    "warnings",
    "xdg",
    "zramSwap",
];

/// Those that a module which is written out binds.
pub(crate) fn of(module: &AttrSet) -> impl Iterator<Item = String> {
    let names = module.attrpath_values().filter_map(|binding| keys(&binding).into_iter().next().flatten());
    names.filter(|name| is_own(name))
}

/// Whether an option at the top is none of those.
pub(super) fn is_own(name: &str) -> bool {
    !OPTIONS.contains(&name)
}
