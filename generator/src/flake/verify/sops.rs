//! Secrets that modules say to sops-nix, and the file that they are in: one that is said for all, or one of its own for
//! each (`sops.defaultSopsFile` and `sops.secrets.NAME.sopsFile`, neither of which has a default of itself).

use super::asked::{Module, Options, Said};
use crate::nix::follow::Term;

/// Where a secret is said for certain of which none of the modules, of which `options` are the options, says the file.
pub(super) fn without_file(options: &Options, modules: &[Module]) -> Option<Term> {
    let known = options.known();
    if known.is_said(&["sops", "defaultSopsFile"]) {
        return None;
    }
    let is_without = |said: &Said| {
        let [sops, secrets, name, ..] = said.path.as_slice() else { return false };
        (sops == "sops" && secrets == "secrets" && !name.contains("${"))
            && known.is_for_certain(said)
            && !known.is_said(&[sops, secrets, name, "sopsFile"])
    };
    let mut sure = modules.iter().filter(|module| module.is_sure);
    Some(sure.find(|module| module.said().iter().any(is_without))?.set.clone())
}
