//! Signs of hosts that a flake has though nothing was found that registers them: it is not opened in another place.

use rnix::ast::{AttrpathValue, Expr, HasEntry, Select};
use rowan::ast::AstNode;

use super::{
    files::Planned,
    place::{Place, Places},
    reading::{Host, Reading},
};
use crate::{
    edit::Site,
    error::Location,
    nix::{
        file::NixFile,
        find::keys,
        follow::{Files, Term, Value},
        literal,
    },
    path::TreePath,
    settings,
};

/// The output that hosts are in.
pub(super) const HOSTS: &str = "nixosConfigurations";

/// The folders that people keep flakes in which others start from.
const TEMPLATES: [&str; 4] = ["template", "templates", "example", "examples"];

/// A sign of hosts.
pub(super) struct Sign {
    /// Where it is.
    pub(super) at: Location,
    /// What it is.
    pub(super) kind: Kind,
}

/// What shows that there are hosts.
pub(super) enum Kind {
    /// They are named there, in this option of a module.
    Named(String),
    /// The output is bound there.
    Bound,
    /// The output is read there.
    Read,
    /// This folder looks like a host.
    Lying(TreePath),
    /// The flake has this output for others, and no host; where the first one would be opened, and by which names.
    Given(&'static str, Option<(Location, &'static str)>),
}

/// The outputs of a flake that others use, or that machines which are no NixOS hosts of it are in.
const GIVEN: [&str; 16] = [
    "colmena",
    "colmenaHive",
    "darwinConfigurations",
    "homeConfigurations",
    "nixOnDroidConfigurations",
    "nixosModules",
    "nixosModule",
    "darwinModules",
    "homeModules",
    "homeManagerModules",
    "hmModules",
    "overlays",
    "overlay",
    "lib",
    "packages",
    "legacyPackages",
];

/// Those that machines are in which are no NixOS hosts.
const OTHERS: [&str; 5] =
    ["colmena", "colmenaHive", "darwinConfigurations", "homeConfigurations", "nixOnDroidConfigurations"];

/// Where a flake shows that it has hosts, and how.
pub(super) fn sign(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Sign> {
    named_in_an_option(files, reading).or_else(|| named_as_an_output(files)).or_else(|| lying_there(files))
}

/// What shows that a flake without hosts is for others; nothing where it says itself that it has agents, or where its hosts
/// may be what is not seen: it reads some, or modules speak of what isn't known.
pub(super) fn for_others(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Sign> {
    let given = given_to_others(files, reading)?;
    match named_as_an_output(files) {
        Some(Sign { kind: Kind::Read, .. }) => None,
        Some(bound) => named_in_an_option(files, reading).is_none().then_some(bound),
        None if may_say_hosts(reading) => None,
        None if matches!(given.kind, Kind::Given("colmena" | "colmenaHive", _)) => Some(given),
        None => lying_there(files).is_none().then_some(given),
    }
}

/// Where a flake says itself that it has no host, and a folder that looks like one: another flake may make hosts of those.
pub(super) fn left_to_others<'a>(
    files: &Planned<'_>,
    reading: &'a Reading<'_>,
) -> Option<(&'a Place, TreePath)> {
    let Places { folders, unreadable, hints, modules, .. } = &reading.places;
    let is_known = folders.is_empty() && unreadable.is_empty() && hints.is_empty() && modules.is_empty();
    let is_empty = |place: &Place| matches!(&place.site, Site::Set(set) if set.entries().next().is_none());
    let says_none = |(place, _): (&Place, &[Host])| place.is_of_hosts() && is_empty(place);
    let (place, _) = reading.each().next().filter(|_| is_known && reading.each().all(says_none))?;
    let first = machines(files).into_iter().next().filter(|_| given(reading, &OTHERS).is_none())?;
    Some((place, files.tree.settings().paths.hosts.join(first)))
}

/// Whether modules of flake-parts may say hosts to options that aren't known.
fn may_say_hosts(reading: &Reading<'_>) -> bool {
    const KNOWN: [&str; 5] = ["_module", "flake", "imports", "perSystem", "systems"];
    let is_known = |binding: &AttrpathValue| {
        keys(binding).into_iter().next().flatten().is_some_and(|option| KNOWN.contains(&option.as_str()))
    };
    let is_read = |part: &Term| match &part.expr {
        Expr::AttrSet(module) => module.attrpath_values().all(|it| is_known(&it)),
        _ => false,
    };
    !reading.places.modules.is_empty() || !reading.places.parts.iter().all(is_read)
}

/// The first output that others use.
fn given_to_others(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Sign> {
    if files.is_there(&TreePath::literal(settings::FILE)) {
        return None;
    }
    given(reading, &GIVEN)
}

/// The first of some outputs that the flake has.
fn given(reading: &Reading<'_>, outputs: &[&'static str]) -> Option<Sign> {
    let Reading { follower, places, .. } = reading;
    let sets = places.openings.iter().filter(|it| !it.prefix.starts_with("flake"));
    let sets = sets.map(|it| (&it.term, &[][..]));
    let parts = places.parts.iter().map(|part| (part, &["flake"][..]));
    let opening = places.openings.first().map(|it| (it.term.location(), it.prefix));
    sets.chain(parts).find_map(|(term, above)| {
        outputs.iter().find_map(|&name| {
            let bound = follower.lookup(&Value::Term(term.clone()), &[above, &[name]].concat());
            let is_empty = |it: &Value| it.set().is_some_and(|(_, set)| set.entries().next().is_none());
            let dotted = bound.dotted.first().map(|(term, binding)| term.file.location(binding.syntax()));
            let mut values = bound.written.iter().zip(&bound.values).filter(|(_, value)| !is_empty(value));
            let written = values.find_map(|(written, _)| Some(written.innermost()?.location()));
            Some(Sign { at: dotted.or(written)?, kind: Kind::Given(name, opening.clone()) })
        })
    })
}

/// A set in an option of a module of flake-parts, whose attributes are called as the folders of hosts are.
fn named_in_an_option(files: &Planned<'_>, reading: &Reading<'_>) -> Option<Sign> {
    let machines = machines(files);
    let is_of_machines = |part: &Term, set: &Expr| {
        let Expr::AttrSet(set) = set else { return false };
        let names = reading.follower.names(part, set);
        let known = names.iter().filter(|(name, _)| machines.contains(name)).count();
        known > 0 && known * 2 > names.len()
    };
    reading.places.parts.iter().find_map(|part| {
        let Expr::AttrSet(module) = &part.expr else { return None };
        let options = module.attrpath_values().filter(|binding| {
            let option = keys(binding).into_iter().next().flatten();
            !matches!(option.as_deref(), Some("flake" | "imports" | "perSystem" | "systems" | "_module"))
        });
        let mut sets = options.flat_map(|binding| {
            let sets = binding.syntax().descendants().filter_map(Expr::cast).collect::<Vec<_>>();
            sets.into_iter().map(move |set| (binding.clone(), set))
        });
        let (binding, set) = sets.find(|(_, set)| is_of_machines(part, set))?;
        let option = binding.attrpath()?.syntax().text().to_string();
        Some(Sign { at: part.file.location(set.syntax()), kind: Kind::Named(option) })
    })
}

/// Where the tree binds the output, or reads it.
fn named_as_an_output(files: &Planned<'_>) -> Option<Sign> {
    let flake = &files.tree.settings().paths.flake;
    let is_of_others = |path: &TreePath| {
        path != flake && path.as_str().rsplit('/').next() == Some("flake.nix")
            || path.as_str().split('/').any(|folder| TEMPLATES.contains(&folder))
    };
    let mut paths = files.all_with_word(HOSTS);
    paths.retain(|path| !is_of_others(path));
    paths.sort_by_key(|path| path != flake);
    let read: Vec<_> = paths.iter().filter_map(|path| files.nix(path)).collect();
    let bound = read.iter().find_map(bound_in).map(|at| Sign { at, kind: Kind::Bound });
    bound.or_else(|| read.iter().find_map(selected_in).map(|at| Sign { at, kind: Kind::Read }))
}

fn bound_in(file: &NixFile) -> Option<Location> {
    let mut bindings = file.syntax().descendants().filter_map(AttrpathValue::cast);
    let binding = bindings.find(|binding| {
        let keys = keys(binding);
        let is = |key: &Option<String>, name: &str| key.as_deref() == Some(name);
        keys.iter().any(|key| is(key, HOSTS)) && !keys.first().is_some_and(|key| is(key, "_module"))
    })?;
    Some(file.location(binding.syntax()))
}

fn selected_in(file: &NixFile) -> Option<Location> {
    let mut selections = file.syntax().descendants().filter_map(Select::cast);
    let selection = selections.find(|it| {
        it.attrpath().is_some_and(|path| path.attrs().any(|attr| literal::is_attribute(&attr, HOSTS)))
    })?;
    Some(file.location(selection.syntax()))
}

/// A folder of a machine where a new host's would lie.
fn lying_there(files: &Planned<'_>) -> Option<Sign> {
    let paths = &files.tree.settings().paths;
    let first = machines(files).into_iter().next()?;
    Some(Sign { at: Location::file(&paths.flake), kind: Kind::Lying(paths.hosts.join(first)) })
}

/// The folders beside a new host's own that hold Nix files, but those of agents.
fn machines(files: &Planned<'_>) -> Vec<String> {
    let hosts = &files.tree.settings().paths.hosts;
    let holds_nix = |name: &String| {
        let folder = hosts.join(name);
        let there = files.tree.folder(&folder).unwrap_or_default();
        there.iter().any(|file| folder.join(file).has_extension("nix"))
    };
    let is_machine = |name: &String| name != "common" && !name.starts_with("agent-") && holds_nix(name);
    let folders = files.entries(hosts).into_iter().filter(|entry| entry.is_folder).map(|entry| entry.name);
    folders.filter(is_machine).collect()
}
