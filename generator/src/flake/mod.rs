//! The hosts of a flake, in whatever shape it is written: which there are, where one more goes, and how it goes
//! again.
//!
//! The places are found by following what the flake's outputs come to ([`Follower`]); what is not written out
//! is refused with what was found there. A new entry is a sibling's with the new name where the siblings agree
//! and the new host's files are seen to be loaded by it, or else a call of `nixosSystem` in full. The edited
//! files are followed again: the hosts must be those of before and the new one.
//!
//! [`Follower`]: crate::nix::follow::Follower

mod by_hand;
mod entry;
mod files;
mod harmless;
mod module;
mod order;
mod over;
mod place;
mod reach;
mod reading;
mod refusal;
mod register;
mod survey;
mod unfound;
mod verify;

use rowan::ast::AstNode;
use serde::Serialize;

use self::{files::Edited, reading::Reading};
use crate::{
    edit,
    error::{Location, Result},
    host_file::Needs,
    nix::file::NixFile,
    path::TreePath,
    plan::Draft,
};

pub(crate) use by_hand::{APART, is_apart};
pub use files::Planned;
pub(crate) use place::folder::{READERS, is_for_hosts};
pub use survey::{Survey, like_agents, own_files, survey};

/// Where and how a host is, or would be, registered.
#[derive(Debug)]
pub struct Registration {
    /// Where.
    pub at: Location,
    /// In which form.
    pub form: Form,
    /// The file with the entry, which may be a new one; nothing where its folder alone registers a host.
    pub file: Option<NixFile>,
    /// The file that imports a new one, where such files are imported by name.
    pub importer: Option<NixFile>,
    /// The entry, as it stands in the file.
    pub entry: String,
    /// What the host's own file needs to say.
    pub needs: Needs,
}

impl Registration {
    /// Takes the file with the entry into a plan; nothing to take where a folder alone registers a host.
    pub fn enter(&self, draft: &mut Draft<'_>) -> Result<()> {
        match &self.file {
            Some(file) if self.form == Form::Module => draft.create(file.path(), file.text())?,
            Some(file) => draft.edited(file.clone(), true)?,
            None => {}
        }
        self.importer.iter().try_for_each(|file| draft.edited(file.clone(), true))
    }
}

/// The form of a host's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// An attribute of a set: `{ x = …; }`.
    Attribute,
    /// A binding among others: `nixosConfigurations.x = …;`.
    Binding,
    /// The arguments of a function that makes the host: `mapAttrs mkHost { x = { }; }`.
    Arguments,
    /// A name, in a list or a set: `genAttrs [ "x" ] mkHost`.
    Name,
    /// An item of a list: `listToAttrs [ (mkHost "x") ]`.
    Item,
    /// A module of its own, in a folder of modules or imported beside those of its siblings.
    Module,
    /// Its folder: the flake reads which there are.
    Folder,
}

/// A host's entry, and its file without it.
#[derive(Debug)]
pub struct Removal {
    /// The file that it stands in.
    pub path: TreePath,
    /// The entry, as it stands there.
    pub entry: String,
    /// The comments that go along, with where each is.
    pub comments: Vec<(Location, String)>,
    /// The file without it; nothing where the file was the host's alone.
    pub file: Option<NixFile>,
    /// The file that imported it, without that, where the file was the host's alone and imported by name.
    pub importer: Option<NixFile>,
}

impl Removal {
    /// The file that registers the host and is its alone; nothing where its entry stands among others'.
    #[must_use]
    pub fn own_module(&self) -> Option<&TreePath> {
        self.file.is_none().then_some(&self.path)
    }
}

/// The registration of a new host, or why there is no place for it.
///
/// `host` is its name in `nixosConfigurations`; its own file is, or will be, where the settings say.
pub fn register(files: &Planned<'_>, host: &str) -> Result<Registration> {
    register::register(files, host)
}

/// The removal of a host's entry; nothing where there is none.
pub fn unregister(files: &Planned<'_>, host: &str) -> Result<Option<Removal>> {
    let paths = &files.tree.settings().paths;
    // Where hosts are those that have files, it is one still: they may go in the same plan.
    let own = Some(paths.host_files(host).file);
    let flake = files.read(&paths.flake)?;
    let before = Edited { planned: files, files: std::slice::from_ref(&flake), own: own.clone() };
    let reading = Reading::of(files, &before)?;
    let Some((place, there)) = reading.find(host) else { return Ok(None) };
    let before = NixFile::clone(&place.term.file);
    let (path, entry) = (before.path().clone(), there.node.text().to_string());
    // A module of its own, as it is written for a new host.
    if path.as_str().trim_end_matches(".nix").split('/').any(|part| part == host) {
        let (importer, comments) = match module::import(&reading, &path) {
            Some(import) => {
                let (file, comments) = edit::remove_at(&import.item.file, import.item.expr.syntax())?;
                (Some(file), comments)
            }
            None => (None, Vec::new()),
        };
        let entry = before.text().to_owned();
        return Ok(Some(Removal { path, entry, comments, file: None, importer }));
    }
    let (after, comments) = edit::remove_at(&before, &there.node)?;
    let mut expected = reading.names();
    expected.retain(|name| name != host);
    verify::expect_names(
        after.path(),
        &Reading::of(files, &Edited { planned: files, files: std::slice::from_ref(&after), own })?,
        expected,
    )?;
    Ok(Some(Removal { path, entry, comments, file: Some(after), importer: None }))
}
