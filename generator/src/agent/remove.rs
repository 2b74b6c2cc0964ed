//! The end of an agent: the inverse of its birth, as a plan, and what has to be rotated after it.

use std::collections::BTreeSet;

use rnix::ast::AttrpathValue;

use super::{
    facts::Facts,
    parts::{Part, Parts},
    registry::{self, Registry},
    summary,
};
use crate::{
    edit::{self, Change},
    error::{Error, Result},
    flake::{self, Planned, Removal},
    guide,
    name::AgentName,
    nix::find::{AttrPath, find},
    path::TreePath,
    plan::{Draft, Plan},
    secrets::{access::Access, manifest},
    template,
    tree::Tree,
};

/// What became of a request to remove an agent.
#[derive(Debug)]
pub enum Outcome {
    /// It can go.
    Planned(Box<End>),
    /// There is no such agent, nor any part of one.
    NotThere,
}

/// An end that is planned.
#[derive(Debug)]
pub struct End {
    /// The changes.
    pub plan: Plan,
    /// What somebody wrote by hand, and what goes along with it: the agent goes only by force.
    pub by_hand: Vec<String>,
    /// What the agent could read or was known by, and what to do about each.
    pub rotate: Vec<String>,
}

/// Plans the removal of an agent. Nothing is written.
pub fn plan(tree: &Tree, name: &AgentName) -> Result<Outcome> {
    let registry = Registry::read(tree)?;
    let parts = Parts::of(tree, &registry, name);
    if parts.present.is_empty() {
        return Ok(Outcome::NotThere);
    }
    let paths = &tree.settings().paths;
    if !tree.finds(&paths.host(name))? {
        return Err(Error::Conflict {
            message: format!("{name} is no agent: there is no {}", paths.host(name)),
            hint: "nothing is removed; `check` lists the parts that belong to no agent".into(),
        });
    }
    let is_registered = parts.present.iter().any(|(part, _)| matches!(part, Part::Registration(_)));
    let removal = if is_registered { flake::unregister(&Planned::none(tree), &name.host())? } else { None };
    let mut by_hand = hand_written_files(tree, name, removal.as_ref())?;
    let rotate = to_rotate(tree, name)?;
    let mut draft = Draft::new(tree);
    for place in paths.own_places(name) {
        for file in tree.files_below(&place)? {
            draft.delete(&file)?;
        }
    }
    draft.delete(&paths.user(name))?;
    unregister(&mut draft, tree, name, &parts, removal, &mut by_hand)?;
    for secret in own_secrets(tree, name) {
        draft.delete(&secret)?;
        let lines = draft.text_or_empty(&paths.manifest())?;
        if !lines.is_empty() {
            forget(&mut draft, &paths.manifest(), &manifest::without(&lines, &secret))?;
        }
    }
    if let Some(text) = tree.text(&paths.guide)? {
        draft.write(&paths.guide, guide::without(&text, name))?;
    }
    expect_rules(tree, &mut draft)?;
    by_hand.extend(dangling(tree, &draft)?);
    Ok(Outcome::Planned(Box::new(End { plan: draft.finish()?, by_hand, rotate })))
}

/// The secrets that go with the agent.
fn own_secrets(tree: &Tree, name: &AgentName) -> [TreePath; 3] {
    let paths = &tree.settings().paths;
    [paths.mail_secret(name), paths.tailnet_secret(name), paths.host_key_secret(name)]
}

/// Writes the manifest, or removes it with its last line.
fn forget(draft: &mut Draft<'_>, path: &TreePath, lines: &str) -> Result<()> {
    if lines.is_empty() { draft.delete(path) } else { draft.write(path, lines) }
}

/// The files that aren't as the templates make them, and those that no template makes.
fn hand_written_files(tree: &Tree, name: &AgentName, removal: Option<&Removal>) -> Result<Vec<String>> {
    let paths = &tree.settings().paths;
    let rendered = Facts::read(tree, name).and_then(|facts| template::files(tree.settings(), &facts));
    let mut by_hand = Vec::new();
    let known: Vec<_> = match rendered {
        Ok(files) => files.into_iter().map(|(path, text)| (path, Some(text))).collect(),
        Err(_) => [paths.user(name), paths.host(name), paths.home(name), paths.mail(name)]
            .map(|path| (path, None))
            .into(),
    };
    for (path, text) in &known {
        match tree.text(path)? {
            Some(there) if Some(&there) != text.as_ref() => {
                by_hand.push(format!("{path} was edited by hand"));
            }
            _ => {}
        }
    }
    let registering = removal.and_then(Removal::own_module);
    let ours: BTreeSet<_> = known.iter().map(|(path, _)| path).chain(registering).collect();
    for place in paths.own_places(name) {
        let others = tree.files_below(&place)?.into_iter().filter(|file| !ours.contains(file));
        by_hand.extend(others.map(|file| format!("{file} was not made by new-agent")));
    }
    Ok(by_hand)
}

fn unregister(
    draft: &mut Draft<'_>,
    tree: &Tree,
    name: &AgentName,
    parts: &Parts,
    mut removal: Option<Removal>,
    by_hand: &mut Vec<String>,
) -> Result<()> {
    let paths = &tree.settings().paths;
    let mut removed = None;
    for (part, at) in &parts.present {
        let (path, change, expected) = match part {
            Part::Registration(_) => {
                if let Some(removal) = removal.take() {
                    removed = Some((at, unregister_host(draft, removal, by_hand)?));
                }
                continue;
            }
            Part::BaseUser(user) => (
                &paths.base,
                Change::RemoveItem { path: registry::base_imports(), item: paths.base.reference(user) },
                None,
            ),
            Part::BaseHome(user) => (
                &paths.base,
                Change::RemoveAttribute { path: registry::base_homes().child(user) },
                Some(paths.base.reference(&paths.home(name))),
            ),
            Part::HostKey(path) => (&paths.rules, Change::RemoveAttribute { path: path.clone() }, None),
            Part::Rule(rule) => {
                let reader = (*rule != paths.rule(&paths.host_key_secret(name))).then_some(name);
                let reader =
                    reader.filter(|_| parts.present.iter().any(|(it, _)| matches!(it, Part::HostKey(_))));
                (
                    &paths.rules,
                    Change::RemoveAttribute { path: registry::rules().child(rule) },
                    Some(tree.settings().rules.readers(reader)),
                )
            }
            _ => continue,
        };
        let file = draft.nix(path)?;
        for (at, comment) in edit::owned_comments(&file, &change)? {
            by_hand.push(format!("{at} a comment goes along: {comment}"));
        }
        if let (Some(expected), Change::RemoveAttribute { path: attribute }) = (expected, &change)
            && !says(&file, attribute, &expected)
        {
            by_hand.push(format!("{at} {attribute} was edited by hand"));
        }
        draft.edit(path, &change)?;
    }
    if let Some((at, entry)) = removed
        && !is_born_so(draft, tree, name, &entry)?
    {
        by_hand.push(format!("{at} nixosConfigurations.{} was edited by hand", name.host()));
    }
    remove_readings(draft, &paths.rules, &tree.settings().rules.machine(name), by_hand)
}

/// Takes the host out of the flake, and gives what its entry was.
fn unregister_host(draft: &mut Draft<'_>, removal: Removal, by_hand: &mut Vec<String>) -> Result<String> {
    let comments = removal.comments.iter();
    by_hand.extend(comments.map(|(at, comment)| format!("{at} a comment goes along: {comment}")));
    match removal.file {
        Some(file) => draft.edited(file, false)?,
        None => draft.delete(&removal.path)?,
    }
    removal.importer.into_iter().try_for_each(|file| draft.edited(file, false))?;
    Ok(removal.entry)
}

/// Whether the host's entry is what it would be if the agent were born now: in the tree without it, its own files there.
fn is_born_so(draft: &Draft<'_>, tree: &Tree, name: &AgentName, entry: &str) -> Result<bool> {
    let mut planned = draft.planned();
    for file in tree.settings().paths.own_files(name) {
        if let Some(bytes) = tree.bytes(&file)? {
            planned.insert(file, Some(bytes));
        }
    }
    let again = flake::register(&Planned::new(tree, planned), &name.host());
    Ok(again.is_ok_and(|again| squeeze(&again.entry) == squeeze(entry)))
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether what `path` is bound to is `expected` apart from white space.
fn says(file: &crate::nix::file::NixFile, path: &AttrPath, expected: &str) -> bool {
    let found = find(file, path);
    let bindings = found.bindings.iter().chain(found.dotted.iter().map(|(binding, _)| binding));
    let values: Vec<_> =
        bindings.filter_map(AttrpathValue::value).map(|value| squeeze(&value.to_string())).collect();
    values == [squeeze(expected)]
}

/// Takes a machine, as `item` calls it, out of the rules of secrets that others read too.
fn remove_readings(
    draft: &mut Draft<'_>,
    rules: &TreePath,
    item: &str,
    by_hand: &mut Vec<String>,
) -> Result<()> {
    loop {
        let file = draft.nix(rules)?;
        if !file.text().contains(item) {
            return Ok(());
        }
        let reading = find(&file, &registry::rules()).children().into_iter().find_map(|(rule, node)| {
            let path = registry::rules().child(rule.as_str()).child("publicKeys");
            let reads = find(&file, &path).lists().any(|list| list.items().any(|it| it.to_string() == item));
            reads.then(|| (rule, path, file.location(&node)))
        });
        let Some((rule, path, at)) = reading else { return Ok(()) };
        by_hand.push(format!("{at} {rule} was shared with it: `rekey` that secret afterwards"));
        draft.edit(rules, &Change::RemoveItem { path, item: item.to_owned() })?;
    }
}

/// The rules as they will be must evaluate: nothing may still mention the machine.
fn expect_rules(tree: &Tree, draft: &mut Draft<'_>) -> Result<()> {
    Access::planned(tree, draft).map(drop).map_err(|error| Error::Conflict {
        message: format!("without this agent the rules no longer hold: {error}"),
        hint: "take the agent out of that rule by hand, then run the command again".into(),
    })
}

/// The files that import one that goes.
fn dangling(tree: &Tree, draft: &Draft<'_>) -> Result<Vec<String>> {
    let planned = draft.planned();
    let gone: BTreeSet<_> =
        planned.iter().filter(|(_, contents)| contents.is_none()).map(|(path, _)| path).collect();
    let mut found = Vec::new();
    for path in tree.modules()?.into_iter().filter(|path| !planned.contains_key(path)) {
        let Ok(file) = tree.nix(&path) else { continue };
        for (target, written) in file.references() {
            if gone.iter().any(|gone| **gone == target || **gone == target.join("default.nix")) {
                let at = file.at(written);
                found.push(format!("{at} imports {target}, which goes"));
            }
        }
    }
    Ok(found)
}

/// What the agent could read, and what it was known by elsewhere.
fn to_rotate(tree: &Tree, name: &AgentName) -> Result<Vec<String>> {
    let paths = &tree.settings().paths;
    let mut rotate = vec![format!(
        "the mailbox {name} on the mail server: close it, or change its password ({})",
        paths.mail_secret(name)
    )];
    if let Some(key) = summary::host_key(tree, name)? {
        let own = own_secrets(tree, name);
        let access = Access::read(tree)?;
        let shared =
            access.rules().filter(|(path, rule)| !own.contains(path) && rule.recipients.contains(&key));
        rotate.extend(
            shared.map(|(path, _)| format!("{path}: give it a new value, the machine could read it")),
        );
    }
    if tree.has(&paths.tailnet_secret(name)) {
        let secret = paths.tailnet_secret(name);
        rotate.push(format!("the tailnet key of {name}: expire it at the control server ({secret})"));
    }
    rotate.push(format!("the tailnet node {}: remove it from the control server", name.host()));
    rotate.push(format!("the SSH key of {name}: remove it wherever it signs commits or logs in"));
    Ok(rotate)
}
