//! What makes it doubtful that a module of the flake may come along with a new host's own.

use std::collections::BTreeSet;

use rnix::ast::{Apply, Expr};
use rowan::ast::AstNode;

use super::{
    along::Part,
    asked::{Module, Options, Path, Said},
    loaded::Whole,
    overlays,
    own_options::is_own,
    people::People,
    system::{System, is_of_packages_alone},
    undeclared::{self, is_below, is_guarded},
};
use crate::{
    flake::entry::{alike::names_one_machine, flake_wide::is_of_itself},
    nix::follow::{Follower, Value, conditional, default},
};

/// What is known of all modules of the new host.
pub(super) struct Context<'a> {
    follower: &'a Follower<'a>,
    host: &'a str,
    modules: Vec<Module>,
    options: Options,
    /// What modules say that all are passed.
    given: BTreeSet<&'a Option<String>>,
    /// Those modules that are inputs', as they are called.
    of_inputs: Vec<&'a str>,
    /// What the other hosts come to.
    siblings: &'a dyn Fn() -> &'a [System],
    /// Whether there are others that aren't said in its entry, and can't be read.
    is_open: bool,
    /// Whether it lacks packages that the others are given.
    lacks_packages: bool,
}

/// What a machine says of itself: no other can say it, too, or has it.
const FACTS: [&[&str]; 16] = [
    &["age", "secrets"],
    &["boot", "initrd", "luks", "devices"],
    &["boot", "isContainer"],
    &["boot", "lanzaboote"],
    &["boot", "loader", "limine"],
    &["disko", "devices"],
    &["environment", "persistence"],
    &["fileSystems"],
    &["isoImage"],
    &["networking", "hostId"],
    &["preservation"],
    &["proxmoxLXC"],
    &["sdImage"],
    &["sops", "secrets"],
    &["swapDevices"],
    &["wsl"],
];

/// What it may say otherwise: it clashes with that, unless it is a default.
const CHOSEN: [&[&str]; 2] = [&["networking", "hostName"], &["nixpkgs", "hostPlatform"]];

impl<'a> Context<'a> {
    pub(super) fn of(
        follower: &'a Follower<'a>,
        host: &'a str,
        parts: &'a [Part],
        siblings: &'a dyn Fn() -> &'a [System],
        lacks_packages: bool,
    ) -> Self {
        let read = || parts.iter().map(|part| &part.read);
        let modules: Vec<_> = read().flat_map(|read| read.modules.iter().cloned()).collect();
        let unread = |part: &Part| part.said.is_none() && part.read.whole.others.contains(&None);
        Self {
            follower,
            host,
            options: Options::of(follower, &modules),
            modules,
            given: read().flat_map(|read| &read.whole.given).collect(),
            of_inputs: read().flat_map(|read| &read.whole.others).flatten().map(String::as_str).collect(),
            siblings,
            is_open: parts.iter().any(unread),
            lacks_packages,
        }
    }

    /// Whether what comes along may be too much for a new host, or ask for more than that has.
    pub(super) fn doubts(&self, read: &System) -> bool {
        let Whole { others, look_up, unpassed, .. } = &read.whole;
        let is_of_a_machine = |name: &String| names_one_machine(name) && !name.contains(".common-");
        others.contains(&None)
            || read.whole.kind.is_some()
            || look_up.iter().any(|it| self.may_be_there(it))
            || !read.missing.is_empty()
            || others.iter().flatten().any(|it| {
                is_of_itself(it)
                    || is_of_a_machine(it)
                    || is_of_packages_alone(it)
                    || is_a_home(it)
                    || self.is_told_facts(it)
            })
            || unpassed.iter().any(|name| !self.is_given(name))
            || !read.homes.is_empty()
            || self.is_asked_by(read)
            || self.lacks_people_of(read)
            || read.modules.iter().any(|it| self.doubts_module(it, others))
    }

    /// The same of one module, together with which others come that can't be read.
    fn doubts_module(&self, module: &Module, others: &[Option<String>]) -> bool {
        let are_lacking =
            || overlays::are_named_by(module, &self.options.known(), self.follower, (self.siblings)());
        self.says_facts(module)
            || self.may_say(module, &["home-manager", "users"])
            || self.asserts_names(module)
            || self.lacks_shell_of(module)
            || self.lacks_options_of(module, others)
            || names_packages(module) && (self.lacks_packages || are_lacking())
    }

    /// Whether a module of an input that isn't known is told something by each of the other hosts, as far as they can be
    /// read: by an option called like it, which none of theirs declares.
    fn is_told_facts(&self, module: &str) -> bool {
        if undeclared::known(module).is_some() {
            return false;
        }
        let siblings = (self.siblings)();
        let is_its = |option: &String| undeclared::may_be_of(module, std::slice::from_ref(option));
        let own = siblings.iter().flat_map(|sibling| &sibling.own_options).filter(|it| is_its(it));
        own.collect::<BTreeSet<_>>().into_iter().any(|option| {
            siblings.iter().all(|sibling| {
                let is_declared = sibling.modules.iter().any(|module| module.declares(&[option]));
                !is_declared && (sibling.own_options.contains(option) || sibling.whole.others.contains(&None))
            })
        })
    }

    /// Whether a module gives people a shell that NixOS asserts to be a program of the machine, and none makes it one.
    fn lacks_shell_of(&self, module: &Module) -> bool {
        let known = self.options.known();
        let lacks = |said: &Said| {
            let text = said.written.syntax().text().to_string();
            SHELLS.iter().any(|shell| text.contains(shell) && !known.is_said(&["programs", shell, "enable"]))
        };
        module.said().iter().filter(|it| known.may_be(it)).any(|said| is_a_shell(&said.path) && lacks(said))
    }

    /// Whether a module asserts something by the names of hosts, one of which the new one's isn't.
    fn asserts_names(&self, module: &Module) -> bool {
        module.set.file.text().contains("hostName") && self.may_say(module, &["assertions"])
    }

    /// Whether a module may say anything to an option, or below it.
    fn may_say(&self, module: &Module, option: &[&str]) -> bool {
        let known = self.options.known();
        module.said().iter().any(|said| is_below(&said.path, option) && known.may_be(said))
    }

    /// Whether somebody is taken for granted whom only other hosts have.
    fn lacks_people_of(&self, read: &System) -> bool {
        let people = People {
            follower: self.follower,
            known: &self.options.known(),
            others: &read.whole.others,
            is_made: &|name| (self.siblings)().iter().any(|it| it.makes(self.follower, name)),
            is_sure: false,
        };
        people.lacking(&read.modules).is_some()
    }

    /// Whether modules may be passed this by one that comes along.
    fn is_given(&self, name: &str) -> bool {
        self.is_open || self.given.contains(&None) || self.given.contains(&Some(name.to_owned()))
    }

    /// Whether one of these declares an option that a host is to say.
    fn is_asked_by(&self, read: &System) -> bool {
        let unsaid = self.options.unsaid(&self.modules);
        unsaid.is_some_and(|(_, at)| read.modules.iter().any(|it| it.set.file.path() == at.file.path()))
    }

    /// Whether what stands in a module may be there: on no condition that is known not to hold.
    fn may_be_there(&self, expr: &Expr) -> bool {
        let known = self.options.known();
        let at = expr.syntax().text_range();
        let is_left_out = |(condition, value): (Expr, Expr)| {
            value.syntax().text_range().contains_range(at) && known.holds(&condition) == Some(false)
        };
        let calls = expr.syntax().ancestors().filter_map(Apply::cast);
        !calls.filter_map(|call| conditional(&call)).any(is_left_out)
    }

    fn says_facts(&self, module: &Module) -> bool {
        let known = self.options.known();
        let all = module.said();
        let mut said = all.iter().filter(|it| known.may_be(it));
        said.any(|said| {
            FACTS.iter().any(|fact| is_below(&said.path, fact)) && !is_of_a_share(said, &all)
                || CHOSEN.iter().any(|fact| is_below(&said.path, fact)) && self.may_clash(module, said)
        })
    }

    /// Whether what is said is neither a default, nor what the new host is.
    fn may_clash(&self, module: &Module, said: &Said) -> bool {
        let text = self.follower.text(&Value::Term(module.set.with(said.written.clone())));
        !said.is_default() && !text.is_some_and(|text| text == self.host || text == "x86_64-linux")
    }

    /// Whether a module says or reads what neither a module is seen to declare nor one that `comes` with it may.
    fn lacks_options_of(&self, module: &Module, comes: &[Option<String>]) -> bool {
        if self.is_open || is_guarded(module) {
            return false;
        }
        let read = module.may_read(&self.options.known());
        let said = undeclared::said(module).into_iter().map(|(path, _)| path);
        read.iter().any(|option| is_nowhere(&self.options, option))
            || said.chain(read).any(|option| self.is_undeclared(&option, comes))
    }

    fn is_undeclared(&self, option: &[String], comes: &[Option<String>]) -> bool {
        let Some(first) = option.first().filter(|first| !first.contains("${")) else { return false };
        if !(is_own(first) || undeclared::is_of_inputs(option)) {
            return false;
        }
        let path: Vec<_> = option.iter().map(String::as_str).collect();
        let is_declared = self.modules.iter().any(|module| module.declares(&path));
        let is_unknown = |module: &String| undeclared::known(module).is_none() && is_own(first);
        !is_declared
            && !self.of_inputs.iter().any(|module| undeclared::may_be_of(module, option))
            && !comes.iter().flatten().any(is_unknown)
    }
}

/// Whether an option is below one of several that hosts name, and no module names that one, or any where the name is computed.
pub(super) fn is_nowhere(options: &Options, option: &Path) -> bool {
    let of = NAMED.iter().find(|named| option.len() > named.len() && is_below(option, named));
    let Some((of, named)) = of.and_then(|of| Some((of, option.get(..=of.len())?))) else { return false };
    match named.last().map(String::as_str) {
        None | Some("root") => false,
        Some(name) if name.contains("${") => !options.are_said_below(of),
        Some(_) => options.known().said(&named.to_vec()).is_empty(),
    }
}

/// The options that are sets of what hosts name.
const NAMED: [&[&str]; 5] = [
    &["age", "secrets"],
    &["home-manager", "users"],
    &["sops", "secrets"],
    &["sops", "templates"],
    &["users", "users"],
];

/// The shells that NixOS asserts to be programs of a machine where one is anybody's.
const SHELLS: [&str; 3] = ["fish", "xonsh", "zsh"];

/// The file systems that lie on another machine.
const SHARES: [&str; 6] = ["cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "sshfs"];

/// What the options of a file system say without which no machine does without it.
const UNNEEDED: [&str; 3] = ["noauto", "nofail", "x-systemd.automount"];

/// Whether what is `said` is of a file system that lies on another machine, and that a machine may do without, as `all` of its
/// module says; or no more than that it is one of these.
fn is_of_a_share(said: &Said, all: &[Said]) -> bool {
    let says = |system: &String, name: &str, words: &[&str]| {
        let is_its =
            |it: &&Said| matches!(it.path.as_slice(), [_, of, option] if of == system && option == name);
        let mut texts = all.iter().filter(is_its).map(|it| it.written.syntax().text().to_string());
        texts.any(|text| words.iter().any(|word| text.contains(word)))
    };
    match said.path.as_slice() {
        [first, ..] if first != "fileSystems" => false,
        [_, system, ..] => says(system, "fsType", &SHARES) && says(system, "options", &UNNEEDED),
        _ => matches!(said.written, Expr::AttrSet(_)),
    }
}

/// Whether an option is the shell of one of the people, or of all.
fn is_a_shell(option: &[String]) -> bool {
    match option {
        [users, all] => users == "users" && all == "defaultUserShell",
        [users, of, _, shell] => {
            users == "users" && (of == "users" || of == "extraUsers") && shell == "shell"
        }
        _ => false,
    }
}

/// Whether a module of an input is somebody's home, as it is called.
fn is_a_home(module: &str) -> bool {
    let last = module.rsplit('.').next().unwrap_or_default();
    !module.contains("home-manager") && last.split('-').any(|word| word == "home")
}

/// Whether what a module says may be of packages.
fn names_packages(module: &Module) -> bool {
    module.set.expr.syntax().text().to_string().contains("pkgs")
}

impl Said {
    /// Whether another may say it otherwise.
    pub(super) fn is_default(&self) -> bool {
        let mut around = self.written.syntax().ancestors().skip(1).filter_map(Expr::cast);
        around.any(|it| default(&it).is_some())
            || self.written.syntax().text().to_string().contains("mkOverride")
    }
}
