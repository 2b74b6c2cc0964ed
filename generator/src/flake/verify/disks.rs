//! Disks that modules say of a host which they are given to: a new one has its own.

use std::collections::BTreeSet;

use rnix::ast::Expr;
use rowan::ast::AstNode;

use super::{
    asked::{Module, Options, Said},
    system::System,
};
use crate::{
    host_file::HostFiles,
    nix::follow::{Follower, Term},
    path::TreePath,
};

/// The file systems that every machine says itself.
const OF_EACH: [&str; 3] = ["/", "/boot", "/nix"];

/// What is said for certain of the disks of the host whose own files are `own`, by a module that isn't its own, and that it
/// can't have beside its own: file systems that it says, too, or what is of the disks of one of the `others` alone.
pub(super) fn said_for_it<'o>(
    follower: &Follower<'_>,
    system: &System,
    own: &HostFiles,
    others: &dyn Fn() -> &'o [System],
) -> Option<Term> {
    let options = Options::of(follower, &system.modules);
    let known = options.known();
    let is_of_one = |module: &Module| {
        let has_it = |system: &System| system.modules.iter().any(|other| other.is(module));
        others().iter().filter(|it| has_it(it)).count() == 1
    };
    let is_own = of_its_own(follower, own);
    let shared = system.modules.iter().filter(|it| it.is_sure && !is_own(it));
    shared.into_iter().find_map(|module| {
        let said = module.said();
        let mut said = said.iter().filter(|it| known.is_for_certain(it) && !it.is_default());
        let said = said.find(|it| is_of_each(it) || takes_from_disks(it) && is_of_one(module))?;
        Some(module.set.with(said.written.clone()))
    })
}

/// What tells the modules that are a host's own, or that these lead to, from those of the flake.
pub(super) fn of_its_own(follower: &Follower<'_>, own: &HostFiles) -> impl Fn(&Module) -> bool {
    let by_own = loaded_by(follower, own);
    move |module| {
        let path = module.set.file.path();
        own.has(path.as_str()) || by_own.contains(path)
    }
}

/// The files that the host's own leads to by paths that are written out, as an agent's leads to what all agents share.
fn loaded_by(follower: &Follower<'_>, own: &HostFiles) -> BTreeSet<TreePath> {
    let (mut loaded, mut waiting) = (BTreeSet::new(), vec![own.file.clone()]);
    while let Some(path) = waiting.pop() {
        let Some(file) = follower.file(&path).and_then(|it| Some(it.term()?.file.clone())) else { continue };
        if loaded.insert(file.path().clone()) {
            waiting.extend(file.references().into_iter().map(|(target, _)| target));
        }
    }
    loaded
}

/// Whether what is said makes file systems that each machine has.
fn is_of_each(said: &Said) -> bool {
    match names(said).as_slice() {
        ["disko", "devices", ..] => true,
        ["fileSystems", mounted, "device"] => OF_EACH.contains(mounted),
        _ => false,
    }
}

/// Whether what is said needs disks that are there when the machine starts.
fn takes_from_disks(said: &Said) -> bool {
    let text = said.written.syntax().text().to_string();
    let names_disks = || ["/dev/", "zfs rollback"].iter().any(|words| text.contains(words));
    match names(said).as_slice() {
        ["boot", "initrd", "luks", "devices", _, "device"] => true,
        ["boot", "initrd", commands] => commands.ends_with("Commands") && names_disks(),
        ["boot", "initrd", "systemd", "services", _, "script"] => names_disks(),
        ["swapDevices"] => matches!(said.written, Expr::List(_)) && names_disks(),
        _ => false,
    }
}

fn names(said: &Said) -> Vec<&str> {
    said.path.iter().map(String::as_str).collect()
}
