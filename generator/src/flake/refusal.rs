//! Why there is no place for a new host, and what a person does instead.

use super::{
    framework::Framework,
    full,
    place::{Folder, Place, Places},
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
pub(super) struct Refusal<'a> {
    /// Its name.
    pub(super) host: &'a str,
    /// Where things lie.
    pub(super) paths: &'a Paths,
}

/// Where a person writes a host in full.
enum ByHand {
    /// Among the hosts of a set.
    Set,
    /// In a set that is merged over what is computed.
    Over,
    /// In a module of flake-parts.
    Part,
    /// In the outputs.
    Outputs,
}

impl Refusal<'_> {
    fn because(at: Location, found: impl Into<String>, by_hand: String) -> Error {
        Error::NoPlace { at, found: found.into(), by_hand }
    }

    /// Its file would be taken for a module of the flake.
    pub(super) fn among_modules(self, folder: &str, reader: &Term) -> Error {
        let found = format!(
            "every file below {folder} is a module of the flake, and hosts would lie in {}",
            self.paths.hosts
        );
        let by_hand = "set `hosts` below [paths] of agent-tool.toml to a folder elsewhere";
        Self::because(reader.location(), found, by_hand.into())
    }

    /// Hosts may be made of the folder that its files would lie in.
    pub(super) fn of_its_folder(self, places: &Places, term: &Term) -> Error {
        let hosts = &self.paths.hosts;
        let found = format!("hosts may be made here of what lies in {hosts}, by what is not written out");
        Self::because(term.location(), found, self.folder_or_by_hand(places))
    }

    /// A module of flake-parts knows the folder that its files would lie in.
    pub(super) fn known_to(self, places: &Places, part: &Term) -> Error {
        let hosts = &self.paths.hosts;
        let found = format!("this module knows the folder {hosts}, and may make hosts of what lies there");
        Self::because(part.location(), found, self.folder_or_by_hand(places))
    }

    /// The hosts are the folders of one, which would not make a host of this one.
    pub(super) fn of_folder(self, places: &Places, folder: &Folder, why: &str) -> Error {
        let entries = if self.is_beside() { "files" } else { "folders" };
        let found = format!("the hosts are the {entries} of {}, but {why}", folder.path);
        let by_hand = format!(
            "change what is read there so that {} is a host, then run this again; or {}",
            self.paths.host_files(self.host).place(),
            self.in_full(places)
        );
        Self::because(folder.reader.location(), found, by_hand)
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
    pub(super) fn rewriting(self, places: &Places, computed: &Term) -> Error {
        let found =
            "a new host would be merged over what is computed here, whose lines would all be indented anew";
        Self::because(computed.location(), found, self.in_full(places))
    }

    /// No entry holds at `place`, the first of them because of `why`; a call of `nixosSystem` can't be written if its
    /// names are not bound.
    pub(super) fn at_place(
        self,
        places: &Places,
        place: &Place,
        why: Option<Error>,
        is_in_full: bool,
    ) -> Error {
        let file = &place.term.file;
        let at = place.site.syntax().map_or_else(|| Location::file(file.path()), |node| file.location(node));
        // What a function gives several times is no place for one host.
        let same = places.found.iter().filter(|other| other.site.syntax() == place.site.syntax());
        let is_alone = same.count() <= 1;
        let by_hand = || {
            if !is_alone {
                self.in_full(places)
            } else if place.is_of_hosts() {
                self.by_hand(file.path(), &ByHand::Set)
            } else {
                self.said_or_by_hand(places)
            }
        };
        let (found, by_hand) = match why {
            Some(why) if place.is_of_hosts() && !is_in_full => (
                format!(
                    "a new host would stand here, but written as its siblings, {why}; in full it can't be, as `inputs` is not bound here"
                ),
                bind_inputs(place),
            ),
            Some(why) => (format!("a new host would stand here, but {why}"), by_hand()),
            None if place.is_written_in_full() => (
                "a new host would stand here, but neither `inputs` nor `self` is bound here to pass to its modules".into(),
                bind_inputs(place),
            ),
            None => (
                "a new host would stand here, but no two entries are alike: what it needs can't be told".into(),
                by_hand(),
            ),
        };
        Self::because(at, found, by_hand)
    }

    /// There are hosts, as a sign of them shows, but nothing is seen that registers them.
    pub(super) fn unfound(self, places: &Places, sign: Sign) -> Error {
        let by_hand = match sign.kind {
            Kind::Named(_) => self.said_or_by_hand(places),
            Kind::Bound if places.parts.is_empty() => self.by_hand(&self.paths.flake, &ByHand::Over),
            Kind::Bound | Kind::Read | Kind::Lying(_) => self.in_full(places),
        };
        let found = match sign.kind {
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
            Kind::Lying(folder) => {
                format!("{folder} looks like a host, but nothing is seen that registers it")
            }
        };
        Self::because(sign.at, found, by_hand)
    }

    /// There is no place at all.
    pub(super) fn nowhere(self, reading: &Reading<'_>) -> Error {
        let places = &reading.places;
        let by_hand = self.in_full(places);
        let folders = places.folders.iter().map(|folder| (&folder.path, &folder.reader));
        let hints = places.hints.iter().map(|(folder, reader)| (folder, reader));
        if let Some((folder, reader)) = folders.chain(hints).next() {
            let hosts = &self.paths.hosts;
            return if folder == hosts.as_str() {
                let found = format!("the folder {folder} is read here, by what isn't understood in full");
                Self::because(reader.location(), found, self.folder_or_by_hand(places))
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

    /// What is to be done where a folder may or may not be enough.
    fn folder_or_by_hand(self, places: &Places) -> String {
        format!(
            "look whether a {} {} makes a host, and is passed `inputs`: then nothing has to be added; else {}",
            if self.is_beside() { "file" } else { "folder" },
            self.paths.host_files(self.host).place(),
            self.in_full(places)
        )
    }

    /// What is to be done where hosts are said to what makes them.
    fn said_or_by_hand(self, places: &Places) -> String {
        format!("say there what {} needs; or {}", self.host, self.in_full(places))
    }

    /// What is to be written by hand where that can be anywhere.
    fn in_full(self, places: &Places) -> String {
        let how = if !places.parts.is_empty() {
            ByHand::Part
        } else if places.is_empty() {
            ByHand::Outputs
        } else {
            ByHand::Over
        };
        self.by_hand(&self.paths.flake, &how)
    }

    /// What is to be written by hand in `file`.
    fn by_hand(self, file: &TreePath, how: &ByHand) -> String {
        let reference = file.reference(&self.paths.host_files(self.host).module());
        let entry = format!(
            "{} = inputs.nixpkgs.lib.nixosSystem {{ system = \"x86_64-linux\"; modules = [ {reference} ]; specialArgs = {{ inherit inputs; }}; }};",
            self.host
        );
        let written = match how {
            ByHand::Set => format!("add to the hosts there: {entry}"),
            ByHand::Over => format!("merge over what makes the hosts: // {{ {entry} }};"),
            ByHand::Part => format!("bind in a module of flake-parts: flake.nixosConfigurations.{entry}"),
            ByHand::Outputs => format!("bind in the outputs: nixosConfigurations.{entry}"),
        };
        format!("{written} then run this again")
    }
}

/// How `inputs` is to be bound by hand.
fn bind_inputs(place: &Place) -> String {
    let pattern = place.site.syntax().and_then(full::with_inputs_bound);
    match pattern {
        Some(pattern) => {
            format!(
                "write `outputs = {pattern}` and pass `inputs` on to where hosts are made, then run this again"
            )
        }
        None => {
            "pass `inputs` on to this file, and to where hosts are made in it, then run this again".into()
        }
    }
}
