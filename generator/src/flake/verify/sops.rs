//! Secrets that modules say to sops-nix, and the file that they are in: one that is said for all, or one of its own for
//! each (`sops.defaultSopsFile` and `sops.secrets.NAME.sopsFile`, neither of which has a default of itself).

use super::asked::{Known, Module, Options, Said};
use crate::nix::follow::{Follower, Term};

/// Where a secret is said for certain of which no module says the file.
pub(super) fn without_file(follower: &Follower<'_>, modules: &[Module]) -> Option<Term> {
    let options = Options::of(follower, modules);
    let known = options.known();
    if is_said(&known, &["sops", "defaultSopsFile"]) {
        return None;
    }
    let is_without = |said: &Said| {
        let [sops, secrets, name, ..] = said.path.as_slice() else { return false };
        (sops == "sops" && secrets == "secrets" && !name.contains("${"))
            && known.is_for_certain(said)
            && !is_said(&known, &[sops, secrets, name, "sopsFile"])
    };
    let mut sure = modules.iter().filter(|module| module.is_sure);
    Some(sure.find(|module| module.said().iter().any(is_without))?.set.clone())
}

fn is_said(known: &Known<'_>, option: &[&str]) -> bool {
    let option = option.iter().map(|name| (*name).to_owned()).collect();
    !known.said(&option).is_empty()
}
