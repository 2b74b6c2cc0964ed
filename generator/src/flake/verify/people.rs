//! People whom modules take for granted: only what other hosts have makes them, so that a new one hasn't them.

use super::{
    asked::{Known, Module, Options, Said},
    system::System,
    undeclared,
};
use crate::nix::follow::{Follower, Term, Value};

/// What is known of a new host, of which it may lack people.
pub(super) struct People<'a> {
    pub(super) follower: &'a Follower<'a>,
    pub(super) known: &'a Known<'a>,
    /// Those of its modules that can't be read, as they are called.
    pub(super) others: &'a [Option<String>],
    /// Whether one of the other hosts makes somebody.
    pub(super) is_made: &'a dyn Fn(&str) -> bool,
    /// Whether only that is looked for which is said, or read, for certain.
    pub(super) is_sure: bool,
}

impl People<'_> {
    /// Where one of `modules` says or reads something of somebody whom the new host lacks, and whom.
    pub(super) fn lacking(&self, modules: &[Module]) -> Option<(Term, String)> {
        let mut modules = modules.iter().filter(|module| module.is_sure || !self.is_sure);
        modules.find_map(|module| {
            let name = self.named(module).into_iter().find(|name| self.is_lacking(name))?;
            Some((module.set.clone(), name))
        })
    }

    fn is_lacking(&self, name: &str) -> bool {
        name != "root" && !is_made(self.known, name) && (self.is_made)(name)
    }

    /// The people whom a module names.
    fn named(&self, module: &Module) -> Vec<String> {
        let is_there = |said: &&Said| {
            if self.is_sure { self.known.is_for_certain(said) } else { self.known.may_be(said) }
        };
        let all = module.said();
        let said = all.iter().filter(is_there);
        let told = said.clone().filter_map(|said| self.told(module, said));
        let read = if self.is_sure { module.read(self.known) } else { module.may_read(self.known) };
        let of_options =
            said.filter_map(|said| person(&said.path)).chain(read.iter().filter_map(|it| person(it)));
        of_options.map(str::to_owned).chain(told).collect()
    }

    /// Whom a module says to be the user of one of an input that isn't known, which may look that up.
    fn told(&self, module: &Module, said: &Said) -> Option<String> {
        let (last, above) = said.path.split_last()?;
        let is_its = |module: &String| {
            undeclared::known(module).is_none()
                && above.iter().any(|name| undeclared::may_be_of(module, std::slice::from_ref(name)))
        };
        (USER.contains(&last.as_str()) && self.others.iter().flatten().any(is_its)).then_some(())?;
        self.follower.text(&Value::Term(module.set.with(said.written.clone())))
    }
}

/// What options are called that take somebody.
const USER: [&str; 3] = ["user", "userName", "username"];

/// Who an option is of, where that isn't computed.
fn person(option: &[String]) -> Option<&str> {
    match option {
        [users, all, name, ..] if users == "users" && all == "users" && !name.contains("${") => Some(name),
        _ => None,
    }
}

/// Whether somebody may be made: NixOS takes nobody who isn't said to be one of the machine's people, or of its services.
fn is_made(known: &Known<'_>, name: &str) -> bool {
    ["isNormalUser", "isSystemUser"].iter().any(|kind| known.is_said(&["users", "users", name, kind]))
}

impl System {
    /// Whether modules of a host that can be read make somebody by name.
    pub(super) fn makes(&self, follower: &Follower<'_>, name: &str) -> bool {
        let options = Options::of(follower, &self.modules);
        is_made(&options.known(), name)
    }

    /// Whom its modules take for granted, though no more than what one of the others has makes them.
    pub(crate) fn lacks_people<'o>(
        &self,
        follower: &Follower<'_>,
        others: &dyn Fn() -> &'o [Self],
    ) -> Option<String> {
        if !self.readable || self.whole.others.contains(&None) {
            return None;
        }
        let options = Options::of(follower, &self.modules);
        let people = People {
            follower,
            known: &options.known(),
            others: &self.whole.others,
            is_made: &|name| others().iter().any(|other| other.makes(follower, name)),
            is_sure: true,
        };
        let (at, name) = people.lacking(&self.modules)?;
        Some(format!("{} takes the user {name} for granted, whom only other hosts have", at.location()))
    }
}
