//! Where a flake's hosts are written down: the sets and lists that `nixosConfigurations` is made of.

pub(super) mod condition;
pub(super) mod folder;
pub(super) mod framework;
pub(super) mod hive;
pub(super) mod list;
pub(super) mod outputs;
pub(super) mod parts;
pub(super) mod platforms;
pub(super) mod via;

use rnix::ast::{AttrSet, AttrpathValue, Expr, Inherit, List};
use rowan::ast::AstNode;

use self::{
    condition::Condition,
    framework::Framework,
    list::is_of_a_call,
    parts::Import,
    via::{Items, MERGE, Take, Via},
};
use crate::{
    edit::Site,
    flake::over,
    nix::follow::{Bound, Call, Follower, Term, Value, last_name, update},
    path::TreePath,
};

/// The platforms that no agent's machine has, as they stand in texts.
pub(super) const ELSEWHERE: [&str; 5] = ["\"aarch64-", "\"armv", "\"riscv64-", "\"i686-", "-darwin\""];

/// A set or list whose entries become hosts.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Where it is written, and what the names around it are known to be.
    pub(super) term: Term,
    /// Where an entry goes.
    pub(super) site: Site,
    /// What makes a host of an entry.
    pub(super) via: Via,
    /// How many names stand before a host's in a binding: one in `nixosConfigurations.x = …;`.
    pub(super) prefix: usize,
    /// What is written before a host's name where nothing is bound yet.
    pub(super) opening: &'static str,
    /// What an entry must be to become a host.
    pub(super) conditions: Vec<Condition>,
}

/// Everything that was found on the way to the hosts.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Where hosts are written.
    pub(super) found: Vec<Place>,
    /// Expressions that may give hosts, if one could read them.
    pub(super) unreadable: Vec<Term>,
    /// The folders of which every entry is a host.
    pub(super) folders: Vec<Folder>,
    /// Folders that are read on the way to hosts, by what isn't understood in full; with what reads each.
    pub(super) hints: Vec<(String, Term)>,
    /// Folders of which every file is a module that may register hosts, with what reads each.
    pub(super) modules: Vec<(String, Term)>,
    /// Folders of which every file gives hosts for arguments that all are given, with what reads each.
    pub(super) loaded: Vec<(String, Term)>,
    /// Sets in which hosts may be bound though none is yet.
    pub(super) openings: Vec<Opening>,
    /// What gives hosts and isn't a set, where a set of others may be merged over it.
    pub(super) computed: Vec<Term>,
    /// The same in functions that files are, and that are seen to be applied once.
    pub(super) computed_in_files: Vec<Term>,
    /// The modules of flake-parts that were read.
    pub(super) parts: Vec<Term>,
    /// The modules of flake-parts that are imported by their paths.
    pub(super) imports: Vec<Import>,
}

/// A set in which hosts may be bound though none is yet.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// Where it is written.
    pub(super) term: Term,
    /// The set.
    pub(super) set: AttrSet,
    /// What stands before a host's name there.
    pub(super) prefix: &'static str,
}

/// A folder of which every entry is a host.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    /// The folder.
    pub(super) path: String,
    /// What reads it.
    pub(super) reader: Term,
    /// What makes a host of an entry.
    pub(super) maker: Maker,
    /// What an entry must be.
    pub(super) conditions: Vec<Condition>,
}

/// What makes a host of an entry of a folder.
#[derive(Debug, Clone)]
pub(super) enum Maker {
    /// Functions.
    Via(Via),
    /// A framework.
    Framework(Framework),
}

impl Folder {
    /// Whether the hosts of another folder are read by the same function and have as good a claim to one more.
    pub(super) fn is_as(&self, other: &Self, follower: &Follower<'_>) -> bool {
        const KINDS: [&str; 8] = ["aarch64", "armv", "riscv", "i686", "darwin", "iso", "install", "wsl"];
        let has_hosts =
            || TreePath::new(self.path.as_str()).is_ok_and(|path| !follower.entries(&path).is_empty());
        self.path != other.path
            && matches!((&self.maker, &other.maker), (Maker::Via(_), Maker::Via(_)))
            && self.reader.location() == other.reader.location()
            && !KINDS.iter().any(|kind| self.path.contains(kind))
            && has_hosts()
    }
}

impl Places {
    /// Whether nothing was found that has, makes or may make hosts.
    pub(super) fn is_empty(&self) -> bool {
        self.is_open(false) && self.folders.is_empty()
    }

    /// Whether nothing makes hosts that a new one could be of; or that lies apart from those that a framework of flake-parts
    /// makes, whose modules may say it beside those.
    pub(super) fn is_open(&self, lies_apart: bool) -> bool {
        let serves = |folder: &Folder| match &folder.maker {
            Maker::Via(_) => true,
            Maker::Framework(framework) => framework.passes_inputs,
        };
        let is_of_framework = |folder: &Folder| matches!(folder.maker, Maker::Framework(_));
        let is_merged = !(self.parts.is_empty() || self.folders.is_empty());
        let is_written = !(self.found.is_empty() && self.unreadable.is_empty() && self.hints.is_empty());
        !is_written && !self.folders.iter().any(serves)
            || lies_apart && is_merged && self.folders.iter().all(is_of_framework)
    }

    /// The places of the hosts of a flake.
    pub(super) fn of_flake(follower: &Follower<'_>, flake: &Value) -> Self {
        let search = Search::of_flake(follower, flake);
        // What one module gives to all may be asked for by those that were read before.
        if search.gives { Search::of_flake(follower, flake).places } else { search.places }
    }
}

/// An option of modules that hosts are made of.
pub(super) struct Said {
    /// What reads it.
    pub(super) by: Term,
    /// Its path below `config`.
    pub(super) path: Vec<String>,
    /// What makes hosts of what is said to it.
    pub(super) via: Via,
    /// What that must be.
    pub(super) conditions: Vec<Condition>,
}

pub(super) struct Search<'a> {
    pub(super) follower: &'a Follower<'a>,
    pub(super) places: Places,
    /// What entries of what is looked at must be.
    pub(super) conditions: Vec<Condition>,
    /// The options that hosts are made of.
    pub(super) options: Vec<Said>,
    /// Whether modules were seen to give others what those were not known to be given.
    pub(super) gives: bool,
}

impl<'a> Search<'a> {
    fn of_flake(follower: &'a Follower<'a>, flake: &Value) -> Self {
        let places = Places::default();
        let mut search = Self { follower, places, conditions: Vec::new(), options: Vec::new(), gives: false };
        let outputs = follower.lookup(flake, &["outputs"]);
        for value in outputs.values {
            search.outputs(&follower.body(&value));
        }
        search.options();
        search
    }
}

impl Search<'_> {
    pub(super) fn bound(&mut self, bound: Bound, last: &str) {
        for value in &bound.written {
            self.hosts(value);
        }
        self.dotted(bound.dotted, last, &Via::Host);
        self.places.unreadable.extend(bound.unreadable);
    }

    /// The bindings below `last`, which `via` makes hosts of.
    pub(super) fn dotted(&mut self, bindings: Vec<(Term, AttrpathValue)>, last: &str, via: &Via) {
        let mut rest = bindings;
        while let Some((term, first)) = rest.first().cloned() {
            let together = |(_, it): &(Term, AttrpathValue)| it.syntax().parent() == first.syntax().parent();
            let (siblings, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(together);
            rest = others;
            let nodes = siblings.iter().map(|(_, it)| it.syntax().clone());
            self.places.found.push(Place {
                term,
                site: Site::After(nodes.collect()),
                via: via.clone(),
                prefix: above(&first, last),
                opening: "",
                conditions: self.conditions.clone(),
            });
        }
    }

    /// A set that is written out, whose attributes are hosts.
    pub(super) fn set(&mut self, term: &Term, set: &AttrSet, via: Via) {
        let (term, site, conditions) = (term.clone(), Site::Set(set.clone()), self.conditions.clone());
        self.places.found.push(Place { term, site, via, prefix: 0, opening: "", conditions });
    }

    /// What `nixosConfigurations` is bound to.
    pub(super) fn hosts(&mut self, written: &Value) {
        let value = self.follower.body(written);
        let Some(term) = &value.innermost() else { return };
        if let Expr::AttrSet(set) = &term.expr {
            match written.term().filter(|call| is_of_a_call(call, term, set)) {
                Some(call) => self.call_of_one(call),
                None => self.set(term, set, Via::Host),
            }
        } else if let Some((left, right)) = update(term) {
            self.hosts(&left);
            self.hosts(&right);
        } else if let Some(call) = self.follower.call(&value) {
            self.host_call(term, &call);
        } else if let Some(flake) = self.flake_of(term) {
            self.outputs(&flake);
        } else if !self.nodes(term) {
            self.unreadable(term);
        }
    }

    /// The call whose `nixosConfigurations` these are: `(inputs.blueprint { … }).nixosConfigurations`, or inherited from it.
    fn flake_of(&self, term: &Term) -> Option<Value> {
        let of = match &term.expr {
            Expr::Select(select) if select.attrpath()?.attrs().count() == 1 => select.expr()?,
            Expr::Ident(name) => Inherit::cast(name.syntax().parent()?)?.from()?.expr()?,
            _ => return None,
        };
        let is_of_hosts = last_name(&term.expr).as_deref() == Some("nixosConfigurations");
        let flake = self.follower.reduce(&Value::Term(term.with(of)));
        (is_of_hosts && self.follower.call(&flake).is_some()).then_some(flake)
    }

    fn host_call(&mut self, term: &Term, call: &Call) {
        let options = self.options.len();
        let all = || Items::ALL;
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("mapAttrs", [function, set]) => {
                self.sets(set, &Via::Mapped(function.clone(), Box::new(Via::Host)));
            }
            ("filterAttrs", [condition, set]) => {
                self.that(Condition::new(condition), |search| search.sets(set, &Via::Host));
            }
            ("mapAttrs'", [function, set]) => {
                self.sets(set, &Via::Renamed(function.clone(), Box::new(Via::Host)));
            }
            ("concatMapAttrs", [function, set]) => {
                self.sets(set, &Via::Sets(all().taking(Take::Both(function.clone()))));
            }
            ("genAttrs", [names, function]) => self.list(names, &Via::Named(all(), function.clone())),
            ("genAttrs'", [items, function]) => self.list(items, &Via::Pair(all().behind(function))),
            ("listToAttrs", [list]) => self.list(list, &Via::Pair(all())),
            ("mkMerge" | "mergeAttrsList", [list])
            | ("zipAttrsWith", [_, list])
            | ("foldr", [_, _, list]) => self.list(list, &Via::Sets(all())),
            ("foldl'" | "foldl", [function, first, list]) => match self.fold(function, first) {
                Some(items) => self.list(list, &Via::Sets(items)),
                None => self.unreadable(term),
            },
            (name, [left, right]) if MERGE.contains(&name) => {
                self.hosts(left);
                self.hosts(right);
            }
            _ => self.unreadable(term),
        }
        // In the body of a function it would be merged over what every call of it gives; what modules merge is no set
        // yet; what is said to an option is not made here.
        let is_set = !over::PROPERTIES.contains(&call.name.as_str()) && matches!(term.expr, Expr::Apply(_));
        if is_set && self.options.len() == options {
            if term.bodies().is_empty() {
                self.places.computed.push(term.clone());
            } else if over::is_made_once(term) {
                self.places.computed_in_files.push(term.clone());
            }
        }
    }

    /// Looks at a set or a list of which only those entries are taken that are what `condition` asks for.
    pub(super) fn that(&mut self, condition: Condition, look: impl FnOnce(&mut Self)) {
        self.conditions.push(condition);
        look(self);
        self.conditions.pop();
    }

    pub(super) fn push_list(&mut self, term: &Term, list: &List, via: &Via) {
        self.places.found.push(Place {
            term: term.clone(),
            site: Site::List(list.clone()),
            via: via.clone(),
            prefix: 0,
            opening: "",
            conditions: self.conditions.clone(),
        });
    }

    pub(super) fn unreadable_value(&mut self, value: &Value) {
        if let Some(term) = value.innermost() {
            self.unreadable(&term);
        }
    }

    pub(super) fn framework(&mut self, framework: Framework, term: &Term) {
        let (path, reader, conditions) = (framework.folder.clone(), term.clone(), Vec::new());
        self.places.folders.push(Folder { path, reader, maker: Maker::Framework(framework), conditions });
    }

    pub(super) fn unreadable(&mut self, term: &Term) {
        if let Some((framework, modules)) = framework::called(self.follower, term) {
            self.framework(framework, term);
            for folder in modules {
                self.module_folder_at(&folder, term, parts::IMPORTS);
            }
            return;
        }
        let read = folder::read_by(self.follower, term, &folder::is_for_hosts);
        self.places.hints.extend(read.map(|folder| (folder, term.clone())));
        self.places.unreadable.push(term.clone());
    }
}

/// How many names a binding has up to `last`, which it has.
fn above(binding: &AttrpathValue, last: &str) -> usize {
    let keys = crate::nix::find::keys(binding);
    keys.iter().position(|key| key.as_deref() == Some(last)).map_or(0, |index| index + 1)
}
