//! The modules of the flake that come along with a new host's own: each must be seen to be as much a new host's as it is its
//! siblings', or it is left out.

use std::collections::BTreeSet;

use rnix::{
    SyntaxNode, TextRange,
    ast::{BinOp, BinOpKind, Expr, List},
};
use rowan::ast::AstNode;

use super::{
    asked::{self, Module, Options, Path, Said},
    loaded::{DEPTH, Reading, Whole},
    own_options::is_own,
    system::{System, arguments},
    undeclared::{self, is_below, is_guarded},
};
use crate::{
    flake::entry::alike::names_one_machine,
    host_file::HostFiles,
    nix::{
        file::NixFile,
        follow::{Follower, Term, Value, concatenation, last_name},
    },
    path::TreePath,
};

/// The entry of a new host.
pub(super) struct Along<'a> {
    pub(super) follower: &'a Follower<'a>,
    pub(super) own: &'a HostFiles,
    pub(super) is_there: &'a dyn Fn(&TreePath) -> bool,
    /// The file that it stands in.
    pub(super) file: &'a NixFile,
    pub(super) entry: &'a SyntaxNode,
    /// What the other hosts come to.
    pub(super) others: &'a dyn Fn() -> Vec<Value>,
}

/// A part of what the host's modules are: one of them, or a list of some.
struct Part {
    /// Where it is said, if that is in the entry and it isn't the host's own.
    said: Option<Term>,
    read: System,
}

impl Along<'_> {
    /// The entry of the host that `made` is without the first module that may not come along; nothing where all may.
    pub(super) fn lighter(&self, made: &Value) -> Option<String> {
        let arguments = arguments(self.follower, made)?;
        let Self { follower, own, is_there, .. } = *self;
        let reading = Reading { follower, own, is_there, passed: None, is_whole: false, is_sure: true };
        let reading = reading.whole(follower.select(&arguments, &["specialArgs"]));
        let mut parts = Vec::new();
        for list in follower.lookup(&arguments, &["modules"]).values {
            self.take(&list, &reading, &mut parts);
        }
        if parts.iter().all(|part| part.said.is_none()) {
            return None;
        }
        let lacks_packages = self.lacks_packages(&arguments);
        let all = Context { lacks_packages, ..Context::of(follower, &own.name, &parts) };
        let mut said = parts.iter().filter_map(|part| Some((part.said.as_ref()?, &part.read)));
        let (doubted, _) = said.find(|(_, read)| all.doubts(read))?;
        self.without(doubted.expr.syntax())
    }

    /// Takes the parts of a list of modules.
    fn take(&self, list: &Value, reading: &Reading<'_>, parts: &mut Vec<Part>) {
        let term = list.term();
        if let Some((left, right)) = term.and_then(concatenation) {
            return [left, right].iter().for_each(|side| self.take(side, reading, parts));
        }
        if let Some((term, Expr::List(items))) = term.map(|term| (term, &term.expr)) {
            for item in items.items().map(|item| term.with(item)) {
                let mut read = System::default();
                reading.module(&Value::Term(item.clone()), &mut read, DEPTH);
                let said = Some(item).filter(|item| self.is_said(item) && !read.loads);
                parts.push(Part { said, read });
            }
            return;
        }
        let said = term.filter(|term| self.is_said(term)).cloned();
        if let Some(next) = self.follower.next(list)
            && (said.is_none() || next.term().is_some_and(|next| self.is_said(next)))
        {
            return self.take(&next, reading, parts);
        }
        let mut read = System::default();
        reading.modules(list, &mut read, DEPTH);
        parts.push(Part { said: said.filter(|_| !read.loads), read });
    }

    /// Whether most others are given packages, which may be more than nixpkgs has, and the new one isn't.
    fn lacks_packages(&self, given: &Value) -> bool {
        let has = |given: &Value| self.follower.lookup(given, &["pkgs"]).is_bound();
        let others = (self.others)();
        let with = others.iter().filter_map(|made| arguments(self.follower, made)).filter(has).count();
        !has(given) && with * 2 > others.len()
    }

    fn is_said(&self, term: &Term) -> bool {
        let range = self.entry.text_range();
        term.file.path() == self.file.path() && range.contains_range(term.expr.syntax().text_range())
    }

    /// The text of the entry without a module, or a list of some.
    fn without(&self, part: &SyntaxNode) -> Option<String> {
        let start = self.entry.text_range().start();
        let (range, by) = left_out(part)?;
        let mut text = self.entry.text().to_string();
        text.replace_range(std::ops::Range::<usize>::from(range - start), by);
        Some(text)
    }
}

/// What goes with a part of a list of modules, and what is there then.
fn left_out(part: &SyntaxNode) -> Option<(TextRange, &'static str)> {
    let (parent, range) = (part.parent()?, part.text_range());
    if let Some(list) = List::cast(parent.clone()) {
        if list.items().count() == 1 && is_joined(&parent) {
            return left_out(&parent);
        }
        let before = part.prev_sibling_or_token().filter(|it| it.as_token().is_some());
        let start = before.map_or(range.start(), |space| space.text_range().start());
        return Some((TextRange::new(start, range.end()), ""));
    }
    if let Some(joined) = BinOp::cast(parent.clone()) {
        let (left, right) = (joined.lhs()?.syntax().text_range(), joined.rhs()?.syntax().text_range());
        let range = if left == range {
            TextRange::new(left.start(), right.start())
        } else {
            TextRange::new(left.end(), right.end())
        };
        return Some((range, ""));
    }
    if Expr::cast(parent.clone()).is_some_and(|it| matches!(it, Expr::Paren(_))) {
        return left_out(&parent);
    }
    Some((range, "[ ]"))
}

/// Whether a list is one of several that are joined, and not the only one that says anything.
fn is_joined(list: &SyntaxNode) -> bool {
    list.parent().and_then(BinOp::cast).is_some_and(|it| it.operator() == Some(BinOpKind::Concat))
}

/// What is known of all modules of the new host.
struct Context<'a> {
    follower: &'a Follower<'a>,
    host: &'a str,
    modules: Vec<Module>,
    options: Options,
    /// The people whom it has.
    users: BTreeSet<&'a Option<String>>,
    /// What modules say that all are passed.
    given: BTreeSet<&'a Option<String>>,
    /// Those modules that are inputs', as they are called.
    of_inputs: Vec<&'a str>,
    /// Whether there are others that aren't said in its entry, and can't be read.
    is_open: bool,
    lacks_packages: bool,
}

/// What a machine says of itself: no other can say it, too, or has it.
const FACTS: [&[&str]; 14] = [
    &["age", "secrets"],
    &["boot", "initrd", "luks", "devices"],
    &["boot", "isContainer"],
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
const CHOSEN: [&[&str]; 3] =
    [&["networking", "hostName"], &["nixpkgs", "hostPlatform"], &["system", "stateVersion"]];

impl<'a> Context<'a> {
    fn of(follower: &'a Follower<'a>, host: &'a str, parts: &'a [Part]) -> Self {
        let read = || parts.iter().map(|part| &part.read);
        let modules: Vec<_> = read().flat_map(|read| read.modules.iter().cloned()).collect();
        let unread = |part: &Part| part.said.is_none() && part.read.whole.others.contains(&None);
        Self {
            follower,
            host,
            options: Options::of(&modules),
            modules,
            users: read().flat_map(|read| &read.users).collect(),
            given: read().flat_map(|read| &read.whole.given).collect(),
            of_inputs: read().flat_map(|read| &read.whole.others).flatten().map(String::as_str).collect(),
            is_open: parts.iter().any(unread),
            lacks_packages: false,
        }
    }

    /// Whether what comes along may be too much for a new host, or ask for more than that has.
    fn doubts(&self, read: &System) -> bool {
        let Whole { others, look_up, unpassed, .. } = &read.whole;
        let is_of_a_machine = |name: &String| names_one_machine(name) && !name.contains(".common-");
        others.contains(&None)
            || *look_up
            || others.iter().flatten().any(is_of_a_machine)
            || unpassed.iter().any(|name| !self.is_given(name))
            || read.homes.iter().any(|home| home.is_none() || !self.users.contains(home))
            || self.is_asked_by(read)
            || self.lacks_packages && read.modules.iter().any(names_packages)
            || read.modules.iter().any(|it| self.says_facts(it) || self.lacks_options_of(it, others))
    }

    /// Whether modules may be passed this by one that comes along.
    fn is_given(&self, name: &str) -> bool {
        self.is_open || self.given.contains(&None) || self.given.contains(&Some(name.to_owned()))
    }

    /// Whether one of these declares an option that a host is to say.
    fn is_asked_by(&self, read: &System) -> bool {
        let unsaid = asked::unsaid(&self.modules);
        unsaid.is_some_and(|(_, at)| read.modules.iter().any(|it| it.set.file.path() == at.file.path()))
    }

    fn says_facts(&self, module: &Module) -> bool {
        let known = self.options.known();
        let said = module.said();
        let mut said = said.iter().filter(|it| known.may_be(it));
        said.any(|said| {
            FACTS.iter().any(|fact| is_below(&said.path, fact))
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
        read.iter().any(|option| self.is_nowhere(option))
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

    /// Whether an option is below one of several that hosts name, and no module names that one.
    fn is_nowhere(&self, option: &Path) -> bool {
        let of = NAMED.iter().find(|named| option.len() > named.len() && is_below(option, named));
        let named = of.and_then(|named| option.get(..=named.len()));
        let is_told = |name: &String| name != "root" && !name.contains("${");
        named.is_some_and(|named| {
            named.last().is_some_and(is_told) && self.options.known().said(&named.to_vec()).is_empty()
        })
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

/// Whether what a module says may be of packages.
fn names_packages(module: &Module) -> bool {
    module.set.expr.syntax().text().to_string().contains("pkgs")
}

impl Said {
    /// Whether another may say it otherwise.
    fn is_default(&self) -> bool {
        let call = self.written.syntax().parent().and_then(Expr::cast);
        matches!(call, Some(Expr::Apply(call)) if call.lambda().and_then(|it| last_name(&it)).as_deref() == Some("mkDefault"))
            || self.written.syntax().text().to_string().contains("mkOverride")
    }
}
