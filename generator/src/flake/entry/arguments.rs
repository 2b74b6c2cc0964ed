//! A host by what flake-utils-plus calls `nixosSystem` with: no more of it than what its siblings say.
//!
//! `mkFlake` takes x86_64-linux where none says another platform, and passes `inputs` by `_module.args` alone, which what
//! modules import can't ask for (lib/mkFlake.nix there).

use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry};
use rowan::ast::AstNode;

use super::{
    full::{Full, bound},
    shared::shared_items,
    sibling::Sibling,
};
use crate::{
    edit::Site,
    flake::place::ELSEWHERE,
    nix::{find::keys, literal},
    rename::rename,
};

impl Full<'_> {
    /// What is said of a new host, the best first: its modules, and what these are passed; nothing where its siblings say
    /// more than that, or there are none.
    pub(super) fn by_modules(&self) -> Vec<String> {
        let lists = self.siblings.iter().map(|it| self.modules_of(it)).collect::<Option<Vec<_>>>();
        let Some(lists) = lists.filter(|lists| !lists.is_empty() && !self.says_a_platform()) else {
            return Vec::new();
        };
        let common = (lists.len() > 1).then(|| shared_items(&lists, &|module| !self.names_host(module)));
        let modules = self.with_folder(&common.flatten().unwrap_or_else(|| "[ ]".into()));
        let passed = [String::new()].into_iter().chain(self.special_arguments());
        passed.map(|special| format!("{{ modules = {modules}; {special} }}")).collect()
    }

    /// The modules of a sibling of which no more is said than these and what they are passed.
    fn modules_of(&self, sibling: &Sibling<'_>) -> Option<Expr> {
        let is_said = |it: &AttrpathValue| matches!(keys(it).first(), Some(Some(name)) if ["modules", "specialArgs"].contains(&name.as_str()));
        let modules = match &sibling.value {
            Some(Expr::AttrSet(set)) if set.attrpath_values().all(|it| is_said(&it)) => {
                bound(set, "modules")?
            }
            Some(_) => return None,
            None => {
                let binding = AttrpathValue::cast(sibling.node.clone())?;
                let below: Vec<_> = keys(&binding).into_iter().skip(self.place.prefix + 1).collect();
                binding.value().filter(|_| below == [Some("modules".to_owned())])?
            }
        };
        literal::expression(&rename(&modules.syntax().text().to_string(), &sibling.name, self.host, true))
    }

    /// Whether a platform is said of a host by a path of its own, or what all have by default is of another.
    fn says_a_platform(&self) -> bool {
        let Some(at) = self.place.site.syntax() else { return true };
        let is_of_one = |binding: AttrpathValue| keys(&binding).last() == Some(&Some("system".to_owned()));
        let hosts = match &self.place.site {
            Site::Set(set) => Some(set.clone()),
            _ => at.ancestors().find_map(AttrSet::cast),
        };
        let outside = at.ancestors().skip(1).find_map(AttrSet::cast);
        let defaults = outside.and_then(|outside| bound(&outside, "hostDefaults"));
        let text = defaults.map(|it| it.syntax().text().to_string()).unwrap_or_default();
        hosts.is_some_and(|hosts| hosts.attrpath_values().any(is_of_one))
            || text.contains("system =") && ELSEWHERE.iter().any(|platform| text.contains(platform))
    }
}
