//! Why there is no place for a new host, and what a person does instead.

use rnix::ast::Expr;

use super::{
    by_hand::bind_inputs,
    entry::full,
    files::Planned,
    place::{Folder, Place, framework::Framework},
    reading::Reading,
    unfound::{Kind, Sign},
};
use crate::{
    error::{Error, Location},
    host_file::HostFile,
    nix::follow::Term,
    path::TreePath,
    settings::Paths,
};

/// A new host that finds no place, with what there is to say of it.
#[derive(Clone, Copy)]
pub(super) struct Refusal<'a, 'b> {
    /// Its name.
    pub(super) host: &'a str,
    /// Where things lie.
    pub(super) paths: &'a Paths,
    /// The flake's files.
    pub(super) files: &'a Planned<'a>,
    /// What could be read of the flake.
    pub(super) reading: &'a Reading<'b>,
}

impl Refusal<'_, '_> {
    fn because(at: Location, found: impl Into<String>, by_hand: String) -> Error {
        Error::NoPlace { at, found: found.into(), by_hand }
    }

    /// Its file would be taken for a module of the flake.
    pub(super) fn among_modules(self, folder: &str, reader: &Term) -> Error {
        let hosts = &self.paths.hosts;
        let (modules, by_hand) = if folder.is_empty() {
            let but = "have it read all but one folder, as import-tree passes by what is called by a leading `_`, set `hosts` below [paths] of agent-tool.toml to that, then run this again";
            ("of the tree".into(), but)
        } else {
            let elsewhere =
                "set `hosts` below [paths] of agent-tool.toml to a folder elsewhere, then run this again";
            (format!("below {folder}"), elsewhere)
        };
        let found = format!("every file {modules} is a module of the flake, and hosts would lie in {hosts}");
        Self::because(reader.location(), found, by_hand.into())
    }

    /// Hosts may be made of the folder that its files would lie in.
    pub(super) fn of_its_folder(self, term: &Term) -> Error {
        let hosts = &self.paths.hosts;
        let found = format!("hosts may be made here of what lies in {hosts}, by what is not written out");
        Self::because(term.location(), found, self.apart())
    }

    /// A module of flake-parts knows the folder that its files would lie in.
    pub(super) fn known_to(self, part: &Term) -> Error {
        let hosts = &self.paths.hosts;
        let found = format!("this module knows the folder {hosts}, and may make hosts of what lies there");
        Self::because(part.location(), found, self.apart())
    }

    /// The hosts are the folders of one, which would not make a host of this one.
    pub(super) fn of_folder(self, folder: &Folder, why: &str) -> Error {
        let entries = if self.is_beside() { "files" } else { "folders" };
        let found = format!("the hosts are the {entries} of {}, but {why}", folder.path);
        let by_hand = format!(
            "change what is read there so that {} is a host, then run this again; or {}",
            self.paths.host_files(self.host).place(),
            self.apart()
        );
        Self::because(folder.reader.location(), found, by_hand)
    }

    /// Hosts are read from several folders alike: which one is meant is the operator's to say, and no folder apart from them is
    /// taken for that.
    pub(super) fn between(folder: &Folder, other: &Folder) -> Error {
        let (at, folder, other) = (folder.reader.location(), &folder.path, &other.path);
        Error::Conflict {
            message: format!("{at}: hosts are read from {folder} as from {other}: a new one may be either's"),
            hint: format!(
                "set hosts = \"{folder}\" or \"{other}\" below [paths] of agent-tool.toml, then run this again"
            ),
        }
    }

    /// All hosts are given to agenix-rekey, and a new one has no module of it.
    pub(super) fn unrekeyed(at: &Location) -> Error {
        let found = "all hosts are given to agenix-rekey here, which rekeys none while one lacks its module: a new one isn't given it";
        let hint = "give it those that have it: `nixosConfigurations = nixpkgs.lib.filterAttrs (_: host: host.config ? age.rekey) self.nixosConfigurations;`, then run this again";
        Error::Conflict { message: format!("{at}: {found}"), hint: hint.into() }
    }

    /// The flake says itself that it has no host, and `folder` looks like one.
    pub(super) fn left_to_others(self, place: &Place, folder: &TreePath) -> Error {
        let found = format!(
            "the flake has no host here, though {folder} looks like one: another flake may make hosts of those"
        );
        let hint = format!("if this one is to have hosts of its own, {}", self.among(place));
        Error::Conflict { message: format!("{}: {found}", place.term.location()), hint }
    }

    /// An option is read of every host, and a new one has no module that declares it.
    pub(super) fn without_option(at: &Location, option: &str) -> Error {
        Error::Conflict {
            message: format!(
                "{at}: the option {option} is read here of every host, which nothing is seen to declare for a new one"
            ),
            hint: format!(
                "read it only of those that have it, as `nixpkgs.lib.filterAttrs (_: host: host.config ? {option}) …` gives them, then run this again"
            ),
        }
    }

    /// A framework makes hosts of the folders of one that isn't there.
    pub(super) fn without_folder(self, folder: &Folder) -> Error {
        let hosts = &self.paths.hosts;
        let found = format!("hosts would be the folders of {hosts}, and there is no such folder");
        let by_hand = format!("make {hosts} if hosts are to lie there, then run this again");
        Self::because(folder.reader.location(), found, by_hand)
    }

    /// The framework that makes hosts of the folders of one doesn't take a new host's file as the tool writes it.
    pub(super) fn of_framework(self, folder: &Folder, framework: &Framework) -> Error {
        let Framework { folder: path, file, passes_inputs, .. } = framework;
        let (found, by_hand) = if *passes_inputs {
            (
                format!(
                    "the hosts are the folders of {path}, each with a {file}, not a {}",
                    self.paths.host_file
                ),
                format!("set host-file = \"{file}\" below [paths] of agent-tool.toml, then run this again"),
            )
        } else {
            (
                format!("the hosts are the folders of {path}, but their modules aren't passed `inputs`"),
                "have `inputs` passed to them, if that can be said; or set hosts below [paths] of agent-tool.toml to a folder of its own, for agents alone, then run this again".into(),
            )
        };
        Self::because(folder.reader.location(), found, by_hand)
    }

    /// What computes the hosts would have to be indented anew.
    pub(super) fn rewriting(self, computed: &Term) -> Error {
        let found =
            "a new host would be merged over what is computed here, whose lines would all be indented anew";
        Self::because(computed.location(), found, self.in_full())
    }

    /// No entry holds at `place`, the first of them because of `why`; a call of `nixosSystem` may be among them.
    pub(super) fn at_place(self, place: &Place, why: Option<Error>, is_in_full: bool) -> Error {
        let file = &place.term.file;
        let syntax = place.site.syntax();
        let at = syntax.map_or_else(|| Location::file(file.path()), |node| file.location(node));
        let lacks = if syntax.and_then(full::inputs).is_none() {
            "neither `inputs` nor `self` is bound here to pass to its modules"
        } else {
            "which input is nixpkgs can't be told"
        };
        let can_be_in_full = is_in_full || !place.is_written_in_full();
        let found = match why.map(reason) {
            _ if !self.is_alone(place) => "a function makes what stands here of each of several hosts".into(),
            Some(why) if can_be_in_full => why,
            Some(why) => format!("written as its siblings, {why}; and for one in full {lacks}"),
            None if !can_be_in_full => lacks.into(),
            None => "what its entry has to say can't be told from those of others".into(),
        };
        let unbound = syntax.filter(|at| !can_be_in_full && full::inputs(at).is_none());
        let by_hand = if !self.is_alone(place) {
            self.in_full()
        } else if let Some(at) = unbound {
            format!(
                "{}, and pass `inputs` on to where hosts are made; then run this again",
                bind_inputs(file, at)
            )
        } else if place.is_of_hosts() {
            self.among(place)
        } else {
            self.entered_or_in_full()
        };
        Self::because(at, format!("a new host would stand here, but {found}"), by_hand)
    }

    /// Whether no other place is written there: what a function gives several times is none for one host.
    fn is_alone(self, place: &Place) -> bool {
        let found = self.reading.places.found.iter();
        found.filter(|other| other.site.syntax() == place.site.syntax()).count() <= 1
    }

    /// The hosts that are there are none of anybody's.
    pub(super) fn among_tests(self, at: Location) -> Error {
        let found =
            "the hosts here are tests and media alone: no machine is registered that a new one could be like";
        Self::because(at, found, self.apart())
    }

    /// Machines read a file for every host, which it lacks.
    pub(super) fn without_file(self, at: Location, file: &str) -> Error {
        let found = format!(
            "{file} would be read here for {}, as one is for every host, and there is none",
            self.host
        );
        Self::because(at, found, format!("put {file} there, then run this again"))
    }

    /// No module of its own can be written for it.
    pub(super) fn as_module(self, at: Location, found: &str) -> Error {
        Self::because(at, found, self.in_full())
    }

    /// There are hosts, as a sign of them shows, but nothing is seen that registers them.
    pub(super) fn unfound(self, sign: Sign) -> Error {
        // What isn't seen to make hosts of those may make one of what lies beside them.
        let is_beside = matches!(sign.kind, Kind::Named(_) | Kind::Lying(_));
        let mut by_hand = if is_beside { self.apart() } else { self.in_full() };
        let mut at = sign.at;
        let found = match sign.kind {
            Kind::Given(output, opening) => {
                if let Some((at, prefix)) = opening {
                    let hosts = prefix.trim_end_matches('.');
                    by_hand = format!(
                        "bind `{hosts} = {{ }};` in the set at {at} if this flake is to have hosts, then run this again"
                    );
                }
                format!(
                    "the flake has {output} here and no NixOS host: its machines are others', or of another kind"
                )
            }
            Kind::Named(option) => {
                format!(
                    "hosts are named here, in the option {option}, but what makes hosts of it is not seen"
                )
            }
            Kind::Bound => {
                "nixosConfigurations is bound here, but not by what the flake's outputs are seen to come to"
                    .into()
            }
            Kind::Read => "hosts are read here, but nothing is seen that registers them".into(),
            Kind::Lying(folder) => match self.module_of_an_input() {
                Some(module) => {
                    at = module.location();
                    format!("{folder} looks like a host, which this module of an input may register")
                }
                None => format!("{folder} looks like a host, but nothing is seen that registers it"),
            },
        };
        Self::because(at, found, by_hand)
    }

    /// The only module of flake-parts that is an input's, which isn't read.
    fn module_of_an_input(&self) -> Option<&Term> {
        let parts = &self.reading.places.parts;
        let mut modules = parts.iter().filter(|part| matches!(part.expr, Expr::Select(_)));
        modules.next().filter(|_| modules.next().is_none())
    }

    /// There is no place at all.
    pub(super) fn nowhere(self) -> Error {
        let reading = self.reading;
        let places = &reading.places;
        let by_hand = self.in_full();
        let folders = places.folders.iter().map(|folder| (&folder.path, &folder.reader));
        let hints = places.hints.iter().map(|(folder, reader)| (folder, reader));
        if let Some((folder, reader)) = folders.chain(hints).next() {
            let hosts = &self.paths.hosts;
            return if folder == hosts.as_str() {
                let found = format!("the folder {folder} is read here, by what isn't understood in full");
                Self::because(reader.location(), found, self.apart())
            } else {
                let found =
                    format!("hosts are read from the folder {folder}, and a new one would lie in {hosts}");
                let by_hand = format!(
                    "set hosts = \"{folder}\" below [paths] of agent-tool.toml if hosts are folders there; else {by_hand}"
                );
                Self::because(reader.location(), found, by_hand)
            };
        }
        let written = reading.each().find(|(_, hosts)| !hosts.is_empty());
        if let Some((place, _)) = written.or_else(|| reading.each().next()) {
            let by_hand = format!(
                "register {} as {} does its own, in a file that is imported where that one is",
                self.host,
                place.term.file.path()
            );
            return Self::because(
                place.term.location(),
                "each host is registered in a file of its own",
                by_hand,
            );
        }
        if let Some(term) = places.unreadable.iter().find(|term| self.may_take_folder(term)) {
            return self.of_its_folder(term);
        }
        let (at, found) = match places.unreadable.first() {
            Some(term) => (
                term.location(),
                "nixosConfigurations may be made here, by an expression that is not written out",
            ),
            None => (Location::file(&self.paths.flake), "there is no nixosConfigurations in the outputs"),
        };
        Self::because(at, found, by_hand)
    }

    /// Whether a new host's own file lies beside others.
    fn is_beside(self) -> bool {
        self.paths.host_file == HostFile::Beside
    }

    /// What is to be done where hosts are entered for what makes them.
    fn entered_or_in_full(self) -> String {
        format!(
            "enter {} there by hand, if what makes hosts of entries serves it and passes `inputs`, then run this again; or {}",
            self.host,
            self.in_full()
        )
    }
}

/// What an error says of a new host's entry.
fn reason(why: Error) -> String {
    match why {
        Error::Unverified { message, .. } => {
            format!("it is not understood in full which hosts entries become: with one more, {message}")
        }
        // Where the entry would have stood is no place in the file as it is.
        Error::NoPlace { found, .. } => found,
        why => why.to_string(),
    }
}
