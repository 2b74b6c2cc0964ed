//! Rules, sealed files and their readers.

use std::collections::BTreeMap;

use rowan::ast::AstNode;

use super::{Finding, look::Host};
use crate::{
    agent::registry::Registry,
    error::{Error, Location, Result},
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
    path::TreePath,
    secrets::{
        access::Access,
        manifest,
        recipient::{self, Recipient},
        seal,
    },
    tree::Tree,
};

pub(super) fn check(
    tree: &Tree,
    registry: &Registry,
    access: Result<Access>,
    hosts: &BTreeMap<AgentName, Host>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let access = match access {
        Ok(access) => access,
        Err(error @ Error::Rules(_)) => {
            let at = Location::file(&tree.settings().paths.rules);
            findings.push(Finding::error(at, error.to_string(), "mend what it names"));
            return Ok(());
        }
        Err(error @ Error::Malformed { .. }) => {
            findings.push(Finding::of(error)?);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    files(tree, registry, &access, findings)?;
    example(tree, &access, findings)?;
    let mut machines = BTreeMap::<_, Vec<_>>::new();
    for (host, key) in access.machines() {
        machines.entry(host).or_default().push(key);
    }
    for (name, it) in hosts {
        let machine = machines.get(name.host().as_str()).map(Vec::as_slice).unwrap_or_default();
        host(tree, registry, &access, machine, name, &it.secrets, findings);
    }
    Ok(())
}

/// Each rule has its file, each file its rule; each file is sealed, to whom the manifest says.
fn files(tree: &Tree, registry: &Registry, access: &Access, findings: &mut Vec<Finding>) -> Result<()> {
    let paths = &tree.settings().paths;
    let text = tree.text(&paths.manifest())?.unwrap_or_default();
    let known = manifest::Index::new(manifest::lines(&text));
    let rule_at = |path: &TreePath| {
        let at = registry.rules.get(&paths.rule(path)).cloned();
        at.unwrap_or_else(|| Location::file(&paths.rules))
    };
    let look = |path: &TreePath, sealed: Result<Option<Vec<u8>>>| {
        let rule = access.rule(path)?;
        let Some(sealed) = sealed? else {
            let message = format!("there is a rule for {path}, and no such file");
            let mend = "remove the rule, or bring back the file";
            return Ok(Seen::Finding(Finding::error(rule_at(path), message, mend)));
        };
        Ok(if !seal::is_sealed(&sealed) {
            let mend = "seal it, and give it a new value if it was ever committed so";
            Seen::Finding(Finding::error(Location::file(path), "is not sealed: it is no age file", mend))
        } else if rule.recipients.is_empty() {
            Seen::Finding(Finding::error(
                rule_at(path),
                format!("nobody may read {path}"),
                "name its readers",
            ))
        } else if known.agrees(path, &sealed, &rule.recipients) {
            Seen::Right
        } else if known.names(path) {
            Seen::Finding(Finding::warning(
                Location::file(path),
                format!("{} does not say that it is sealed to whom its rule names", paths.manifest()),
                "`rekey` seals it anew, and says so there",
            ))
        } else {
            Seen::Unknown(path.clone())
        })
    };
    let secrets: Vec<_> = access.rules().map(|(path, _)| path).collect();
    let mut unknown = Vec::new();
    for seen in tree.each_bytes(&secrets, look) {
        match seen? {
            Seen::Right => {}
            Seen::Finding(finding) => findings.push(finding),
            Seen::Unknown(path) => unknown.push(path),
        }
    }
    findings.extend(sealed_by_others(&paths.manifest(), &unknown));
    for path in tree.files_below(&paths.secrets)? {
        if path.has_extension("age") && access.rule(&path).is_err() {
            let mend = format!("add a rule for it to {}, or remove the file", paths.rules);
            // Flakes keep old secrets beside their rules; what the tool sealed itself had a rule, which is lost.
            let say = if known.names(&path) { Finding::error } else { Finding::warning };
            findings.push(say(Location::file(&path), "has no rule".to_owned(), mend));
        }
    }
    let lines = manifest::lines(&text).filter_map(|line| TreePath::new(line.path).ok());
    for path in lines.filter(|path| access.rule(path).is_err()) {
        let message = format!("has a line for {path}, which has no rule");
        findings.push(Finding::warning(Location::file(&paths.manifest()), message, "remove the line"));
    }
    Ok(())
}

/// What a look at one secret comes to.
enum Seen {
    Right,
    Finding(Finding),
    /// The manifest has no line for it: another tool sealed it.
    Unknown(TreePath),
}

/// One finding for all secrets that the manifest has no line for, as those of a flake are that was adopted.
fn sealed_by_others(manifest: &TreePath, secrets: &[TreePath]) -> Option<Finding> {
    let (first, rest) = secrets.split_first()?;
    let rest = match rest {
        [] => String::new(),
        [one] => format!(", nor {one}"),
        more => format!(", nor {} more secrets", more.len()),
    };
    let message = format!("does not say whom {first} is sealed to{rest}");
    let mend = "`rekey` seals what another tool sealed anew, and says so there";
    Some(Finding::warning(Location::file(manifest), message, mend))
}

fn example(tree: &Tree, access: &Access, findings: &mut Vec<Finding>) -> Result<()> {
    let key = recipient::example()?;
    let sealed = access.rules().filter(|(_, rule)| rule.recipients.contains(&key)).count();
    if sealed > 0 {
        let rules = tree.nix(&tree.settings().paths.rules)?;
        let at = rules
            .text()
            .find(key.as_str())
            .map_or_else(|| Location::file(rules.path()), |offset| rules.at(offset));
        findings.push(Finding::warning(
            at,
            format!("the example key, which everybody has, opens {sealed} secrets"),
            "`init --admin-key FILE.pub` puts your own in its place, and renews what everybody could read",
        ));
    }
    Ok(())
}

/// A secret that a host wants: `age.secrets.NAME`.
#[derive(Debug)]
pub(super) struct Wanted {
    name: String,
    /// Where it is bound.
    at: Location,
    /// The file that it names, and where; nothing when that is not a path written out.
    file: Option<(TreePath, Location)>,
}

/// The secrets that the host in `file` wants.
pub(super) fn of_host(file: &NixFile) -> Vec<Wanted> {
    let secrets = AttrPath::value("age.secrets");
    let children = find(file, &secrets).children().into_iter();
    let wanted = children.filter_map(|(name, node)| {
        let found = find(file, &secrets.child(name.as_str()).child("file"));
        let value = found.value()?;
        let target = literal::relative_path(value).and_then(|reference| file.path().resolve(&reference));
        let sealed = target.map(|path| (path, file.location(value.syntax())));
        Some(Wanted { name, at: file.location(&node), file: sealed })
    });
    wanted.collect()
}

/// What a host reads has a rule, and its machine is among the readers once it is known.
fn host(
    tree: &Tree,
    registry: &Registry,
    access: &Access,
    machine: &[&Recipient],
    name: &AgentName,
    wanted: &[Wanted],
    findings: &mut Vec<Finding>,
) {
    let paths = &tree.settings().paths;
    if machine.is_empty() {
        let at =
            registry.machines.get(&name.host()).cloned().unwrap_or_else(|| Location::file(&paths.host(name)));
        let message =
            format!("the host key of {name} is not known yet, so that its machine can read no secret");
        findings.push(Finding::warning(
            at,
            message,
            format!("once the machine has booted: `trust {name} KEY`"),
        ));
    }
    for Wanted { name: secret, at, file } in wanted {
        let Some((path, at)) = file else {
            let message =
                format!("age.secrets.{secret}.file is not a path written out: its rule can't be told");
            findings.push(Finding::warning(at.clone(), message, "write the path out"));
            continue;
        };
        let Ok(rule) = access.rule(path) else {
            let mend = format!("add a rule for it to {}", paths.rules);
            findings.push(Finding::error(at.clone(), format!("{path} has no rule"), mend));
            continue;
        };
        if !machine.is_empty() && !machine.iter().any(|key| rule.recipients.contains(key)) {
            let message = format!("{} is no reader of {path}, which its host needs", name.host());
            findings.push(Finding::error(
                at.clone(),
                message,
                format!("add {} to its rule, then `rekey`", tree.settings().rules.machine(name)),
            ));
        }
    }
}
