//! Which of the agenix rules that are there take agents: that is tried, as `new-agent` will do it. Where none do, agents
//! have rules of their own.

use std::path::Path;

use super::{Adoption, PassedOver, detect::RULES, rules};
use crate::{
    agent::registry,
    edit::{self, Change},
    error::{Error, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
    path::TreePath,
    plan::Draft,
    rule_names::{RuleNames, SetName},
    secrets::{access::Access, recipient},
    settings::{Paths, Settings},
    tree::Tree,
};

/// What the set of machines is called; the second where `systems` is something else, or others read all of it.
const MACHINES: [&str; 2] = ["systems", "agentSystems"];

/// What the set of operators is called where `users` is something else.
const USERS: &str = "agentUsers";

/// The settings with the rules that take agents, and why not with those before them. Where there are some, and none do,
/// or where sealed files lie that have no rules, agents have their own in the folder `aside`.
pub(super) fn placed(
    root: &Path,
    settings: Settings,
    aside: Option<&TreePath>,
    adoption: &Adoption,
) -> Result<(Settings, PassedOver)> {
    let (fitting, mut passed_over) = fitting(root, &settings, adoption);
    let mut why: Vec<_> = passed_over.iter().map(Error::to_string).collect();
    if let Some(fitting) = fitting {
        return Ok((fitting, why));
    }
    let tree = Tree::with_settings(root, settings)?;
    let mut settings = tree.settings().clone();
    let last = passed_over.pop();
    if last.is_some() || sealed(&tree, &settings.paths.secrets)?.is_some() {
        let own = aside.map(|folder| (folder.join("secrets.nix"), folder.join("secrets")));
        let is_free = |(rules, secrets): &(TreePath, TreePath)| !tree.has(rules) && !tree.has(secrets);
        match (own.filter(is_free), last) {
            (Some(own), _) => (settings.paths.rules, settings.paths.secrets) = own,
            (None, Some(why)) => return Err(why),
            (None, None) => {}
        }
    }
    let folder = Paths::default().secrets;
    if why.is_empty() && !tree.has(&settings.paths.rules) && settings.paths.secrets != folder {
        why.extend(
            sealed(&tree, &folder)?.map(|path| format!("{path} is sealed by no rules that are found")),
        );
    }
    Ok((settings, why))
}

/// The first secret below a folder.
fn sealed(tree: &Tree, folder: &TreePath) -> Result<Option<TreePath>> {
    Ok(tree.files_below(folder)?.into_iter().find(|path| path.has_extension("age")))
}

/// The settings with the first rules that take agents, and why those before them don't.
fn fitting(root: &Path, settings: &Settings, adoption: &Adoption) -> (Option<Settings>, Vec<Error>) {
    let mut passed_over = Vec::new();
    for rules in RULES.map(TreePath::literal) {
        if !rules.under(root).exists() {
            continue;
        }
        let [first, second] = MACHINES.map(|machines| {
            let mut settings = settings.clone();
            settings.paths.rules = rules.clone();
            settings.rules = RuleNames { machines: SetName::literal(machines), ..RuleNames::default() };
            settings
        });
        match attempt(root, first, adoption).or_else(|_| attempt(root, second, adoption)) {
            Ok(fitting) => return (Some(fitting), passed_over),
            Err(why) => passed_over.push(why),
        }
    }
    (None, passed_over)
}

/// Gives the settings back if the rules that they name take an agent. It is tried in memory: what agents need is bound,
/// a machine gets a key and secrets, and no other secret may change hands.
fn attempt(root: &Path, mut settings: Settings, adoption: &Adoption) -> Result<Settings> {
    let file = NixFile::read(root, &settings.paths.rules)?;
    if !is_set(&file, &settings.rules.users()) {
        settings.rules.users = SetName::literal(USERS);
    }
    let tree = Tree::with_settings(root, settings)?;
    let (paths, machines) = (&tree.settings().paths, tree.settings().rules.machines());
    let example = recipient::example()?;
    let keys = if adoption.keys.is_empty() { std::slice::from_ref(&example) } else { &adoption.keys };
    let mut draft = Draft::new(&tree);
    let before = Access::planned(&tree, &mut draft)?;
    let [shared, operators] = ["probe.age", "probe-host-key.age"].map(|file| paths.secrets.join(file));
    let machine = machines.child("probe");
    let changes = [
        rule(paths, &shared, format!("adminKeys ++ [ {machine} ]")),
        rule(paths, &operators, "adminKeys".into()),
        Change::InsertAttribute {
            set: machines,
            key: vec!["probe".into()],
            value: literal::quote(example.as_str()),
        },
    ];
    // What is refused here is refused where it stands now.
    edit::locate(&file, &changes[0])?;
    if let Some(completed) = rules::completed(&file, tree.settings(), keys)? {
        draft.edited(completed, true)?;
    }
    draft.edit_all(&paths.rules, &changes)?;
    let after = before.with(&tree, &mut draft, &[&shared, &operators])?;
    if after.rule(&operators)?.recipients.is_empty() {
        return Err(Error::Conflict {
            message: format!(
                "{}: `adminKeys` has no key: what agents have would be sealed to nobody",
                paths.rules
            ),
            hint: "put your key there, then run this again".into(),
        });
    }
    Ok(tree.settings().clone())
}

fn rule(paths: &Paths, secret: &TreePath, readers: String) -> Change {
    let key = vec![paths.rule(secret), "publicKeys".into()];
    Change::InsertAttribute { set: registry::rules(), key, value: readers }
}

/// Whether a name is bound to a set that is written out, or to nothing.
fn is_set(file: &NixFile, name: &AttrPath) -> bool {
    let found = find(file, name);
    !found.is_bound() || found.sets().next().is_some() || !found.dotted.is_empty()
}
