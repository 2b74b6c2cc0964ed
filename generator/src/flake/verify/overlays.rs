//! Overlays that a new host lacks: what modules call like something in one may be a package of it.

use std::collections::BTreeSet;

use rowan::ast::AstNode;

use super::{
    asked::{Known, Module, Options},
    system::System,
};
use crate::nix::follow::Follower;

/// The option that takes them.
const OPTION: [&str; 2] = ["nixpkgs", "overlays"];

/// What stands in them that says nothing of what they have.
const WORDS: [&str; 12] = [
    "config", "default", "final", "import", "inherit", "inputs", "nixpkgs", "overlay", "overlays", "pkgs",
    "prev", "system",
];

/// Whether a module names something like a word in the overlays of most `others`, where the host, of which this is `known`,
/// has none.
pub(super) fn are_named_by(
    module: &Module,
    known: &Known<'_>,
    follower: &Follower<'_>,
    others: &[System],
) -> bool {
    if known.is_said(&OPTION) {
        return false;
    }
    let of_each: Vec<_> = others.iter().map(|other| other.overlays(follower)).collect();
    let have = of_each.iter().filter(|overlays| !overlays.is_empty()).count();
    let text = module.set.expr.syntax().text().to_string();
    let names: BTreeSet<_> = words(&text).collect();
    let is_named = |word: &str| word.len() > 3 && !WORDS.contains(&word) && names.contains(word);
    have * 2 > others.len() && of_each.iter().flatten().any(|overlays| words(overlays).any(is_named))
}

/// The words of a text of Nix; names are taken apart where they have a `-`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

impl System {
    /// The overlays that its modules may say, as they are written.
    fn overlays(&self, follower: &Follower<'_>) -> Vec<String> {
        let options = Options::of(follower, &self.modules);
        let (known, option) = (options.known(), OPTION.map(str::to_owned).to_vec());
        let said = known.said(&option);
        said.into_iter().map(|it| it.written.syntax().text().to_string()).collect()
    }
}
