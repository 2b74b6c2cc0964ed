//! The shared files in which every agent is registered, read once.

use std::collections::BTreeMap;

use rnix::ast::List;
use rowan::ast::AstNode;

use crate::{
    error::{Location, Result},
    flake::{self, Planned},
    guide::{self, Row},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        guard::Lines,
        literal,
    },
    path::TreePath,
    tree::Tree,
};

/// What the flake, the base image, the rules and the guide say of agents. Each name comes with where it stands.
#[derive(Debug)]
pub struct Registry {
    /// The names in `nixosConfigurations`; those that their folder registers with where that is.
    pub hosts: BTreeMap<String, Location>,
    /// Where most of them are.
    pub hosts_place: Location,
    /// The files that the base image imports.
    pub base_imports: BTreeMap<TreePath, Location>,
    /// The users that have a home in the base image.
    pub base_homes: BTreeMap<String, Location>,
    /// The machines whose host key the rules know.
    pub machines: BTreeMap<String, Location>,
    /// The secrets that have a rule which is written out, by the names that the rules give them.
    pub rules: BTreeMap<String, Location>,
    /// The rows of the guide's table, by the agents that they name.
    pub guide: BTreeMap<String, Vec<(Row, Location)>>,
}

/// `imports` of the base image.
#[must_use]
pub fn base_imports() -> AttrPath {
    AttrPath::value("imports")
}

/// `home-manager.users` of the base image.
#[must_use]
pub fn base_homes() -> AttrPath {
    AttrPath::value("home-manager.users")
}

/// The rules themselves.
#[must_use]
pub fn rules() -> AttrPath {
    AttrPath::value("")
}

impl Registry {
    /// Reads the shared files of `tree`.
    pub fn read(tree: &Tree) -> Result<Self> {
        let paths = &tree.settings().paths;
        // A tree that people kept before the tool may lack either.
        let there: Vec<_> = paths.shared().into_iter().filter(|path| tree.has(path)).cloned().collect();
        tree.each_nix(&there, |_, _| ()); // By all processors at once.
        let nix = |path: &TreePath| tree.has(path).then(|| tree.nix(path)).transpose();
        let (base, rules_file) = (nix(&paths.base)?, nix(&paths.rules)?);
        let text = tree.text(&paths.guide)?.unwrap_or_default();
        let lines = Lines::of(&text);
        let mut guide = BTreeMap::<_, Vec<_>>::new();
        for row in guide::rows(&text) {
            let at = Location::in_lines(&paths.guide, &text, &lines, row.offset);
            guide.entry(row.agent.clone()).or_default().push((row, at));
        }
        let survey = flake::survey(&Planned::none(tree))?;
        let mut hosts = survey.names;
        if survey.folders.contains(paths.hosts.as_str()) {
            let folders = tree.agents()?.into_iter();
            hosts.extend(folders.map(|name| (name.host(), Location::file(&paths.host(&name)))));
        }
        Ok(Self {
            hosts,
            hosts_place: survey.place.unwrap_or_else(|| Location::file(&paths.flake)),
            base_imports: base.as_ref().map(|file| imports(file, &base_imports())).unwrap_or_default(),
            base_homes: children(base.as_ref(), &base_homes()),
            machines: children(rules_file.as_ref(), &tree.settings().rules.machines()),
            rules: children(rules_file.as_ref(), &rules()),
            guide,
        })
    }
}

/// The names bound at `path`, with where each is.
fn children(file: Option<&NixFile>, path: &AttrPath) -> BTreeMap<String, Location> {
    let Some(file) = file else { return BTreeMap::new() };
    let children = find(file, path).children().into_iter();
    children.map(|(name, node)| (name, file.location(&node))).collect()
}

/// The files of the tree that the list at `path` names, with where each is named.
pub(crate) fn imports(file: &NixFile, path: &AttrPath) -> BTreeMap<TreePath, Location> {
    let found = find(file, path);
    let items = found.lists().flat_map(List::items).filter_map(|item| {
        let target = file.path().resolve(&literal::relative_path(&item)?)?;
        Some((target, file.location(item.syntax())))
    });
    items.collect()
}
