//! An agent after the model of a sibling: every file of its own and every entry, with the name replaced, the
//! numbers moved on, and its secrets made anew.
//!
//! No key and no password is copied. What can't be decided is said in notes.

use rnix::{
    SyntaxNode,
    ast::{Expr, List},
};
use rowan::ast::AstNode;

use super::{
    choice,
    facts::{self, Facts},
    moved::moved,
    new::{Model, NewSecret, RELEASE, Request},
    parts::{Part, Parts},
    registry::{self, Registry},
};
use crate::{
    edit::{self, Change},
    error::{Error, Result},
    flake::{self, Planned, Removal},
    host_file::STATE_VERSION,
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal::quote,
    },
    path::TreePath,
    person::{Description, Email, FullName},
    rename::rename,
    secrets::{access::Access, password},
    tree::Tree,
    vm::Vm,
};

/// What the agent that `request` names is made of, after the model of `sibling`.
pub(super) fn model(
    tree: &Tree,
    registry: &Registry,
    sibling: &AgentName,
    request: &Request,
    vm: &Vm,
) -> Result<Model> {
    tree.expect_agent(sibling)?;
    let paths = &tree.settings().paths;
    let parts = Parts::of(tree, registry, sibling);
    let has = |wanted: &dyn Fn(&Part) -> bool| parts.present.iter().any(|(part, _)| wanted(part));
    let mut notes = Vec::new();
    let entry = flake::unregister(&Planned::none(tree), &sibling.host())?;
    let registering = entry.as_ref().and_then(Removal::own_module);
    let files = files(tree, sibling, registering, request, vm, &mut notes)?;
    let facts = facts_of(tree, request, vm, &files)?;
    let secrets = secrets(tree, registry, sibling, request, &mut notes)?;
    notes.extend(mentions(tree, sibling)?);
    notes.extend(shared_mentions(tree, sibling, entry.as_ref())?);
    let homes = find(&nix_or_empty(tree, &paths.base)?, &registry::base_homes().child(sibling.as_str()));
    let base_home =
        homes.value().map(|value| renamed(&value.syntax().text().to_string(), sibling, &request.name));
    Ok(Model {
        facts,
        files,
        base_user: has(&|part| matches!(part, Part::BaseUser(_))),
        base_home,
        secrets,
        row: has(&|part| matches!(part, Part::Row)),
        notes,
    })
}

/// Whether an agent lacks nothing that its sibling has.
pub(super) fn is_whole(tree: &Tree, registry: &Registry, sibling: &AgentName, missing: &[Part]) -> bool {
    let theirs = Parts::of(tree, registry, sibling).missing;
    let kind = std::mem::discriminant::<Part>;
    missing.iter().all(|part| theirs.iter().any(|other| kind(other) == kind(part)))
}

/// Every file of the sibling's own, as the new agent has it.
fn files(
    tree: &Tree,
    sibling: &AgentName,
    registering: Option<&TreePath>,
    request: &Request,
    vm: &Vm,
    notes: &mut Vec<String>,
) -> Result<Vec<(TreePath, Vec<u8>)>> {
    let name = &request.name;
    let old = facts::vm(tree, sibling)?;
    let models = own_files(tree, sibling, registering)?;
    let mut files = Vec::new();
    for model in models {
        let path = TreePath::new(renamed(model.as_str(), sibling, name))
            .map_err(|error| undecided(sibling, &error.to_string()))?;
        let contents = tree.bytes(&model)?.unwrap_or_default();
        if model.has_extension("age") {
            return Err(undecided(sibling, &format!("{model} is sealed, and lies among its files")));
        }
        let contents = match String::from_utf8(contents) {
            Ok(text) if path.has_extension("nix") => {
                let file = NixFile::parse(&path, moved(&renamed(&text, sibling, name), &old, vm, name))?;
                with_values(tree, request, vm, file)?.text().as_bytes().to_vec()
            }
            Ok(text) => moved(&renamed(&text, sibling, name), &old, vm, name).into_bytes(),
            Err(error) => {
                notes
                    .push(format!("{path} is no text: it is {model} to the byte, see whether that is right"));
                error.into_bytes()
            }
        };
        files.push((path, contents));
    }
    Ok(files)
}

/// The files of an agent's own: those in its folders, and those of its name that they lead to; but the one that is
/// `registering` its machine, which is written anew, as any entry is.
fn own_files(tree: &Tree, sibling: &AgentName, registering: Option<&TreePath>) -> Result<Vec<TreePath>> {
    let paths = &tree.settings().paths;
    let mut waiting = paths.own_places(sibling);
    waiting.push(paths.user(sibling));
    let mut own = Vec::new();
    while let Some(path) = waiting.pop() {
        for file in tree.files_below(&path)? {
            if own.contains(&file) || registering == Some(&file) {
                continue;
            }
            if file.has_extension("nix") {
                let file = tree.nix(&file)?;
                waiting.extend(file.references().into_iter().map(|(target, _)| target).filter(|target| {
                    names(target.as_str(), sibling) && !target.has_extension("age") && tree.has(target)
                }));
            }
            own.push(file);
        }
    }
    Ok(own)
}

/// The file with what it must say that its model doesn't, where it says it in one place.
fn with_values(tree: &Tree, request: &Request, vm: &Vm, file: NixFile) -> Result<NixFile> {
    let (paths, name) = (&tree.settings().paths, &request.name);
    let mut values = Vec::new();
    let mut set =
        |key: &str, value: Option<String>| values.extend(value.map(|value| (key.to_owned(), value)));
    let text = |value: Option<&str>| value.map(quote);
    let full_name = request.full_name.as_ref().map(FullName::as_str);
    let email = request.email.as_ref().map(Email::as_str);
    if *file.path() == paths.host(name) {
        set("agent.vm.sshPort", Some(vm.ssh_port.to_string()));
        set("agent.vm.spicePort", Some(vm.spice_port.to_string()));
        set("agent.vm.macAddress", Some(quote(&vm.mac.to_string())));
        set("agent.vm.memoryGiB", Some(vm.memory_gib.to_string()));
        set("agent.vm.vcpus", Some(vm.vcpus.to_string()));
        let default = match find(&file, &AttrPath::value(STATE_VERSION)).value() {
            Some(Expr::Apply(call)) => call.lambda().map(|default| format!("{} ", default.syntax())),
            _ => None,
        };
        set(STATE_VERSION, Some(default.unwrap_or_default() + &quote(RELEASE)));
    } else if *file.path() == paths.user(name) {
        let description = request.description.as_ref().map(Description::as_str);
        set(&format!("users.users.{name}.description"), text(description));
    } else if *file.path() == paths.home(name) {
        set("programs.git.settings.user.name", text(full_name));
        set("programs.git.settings.user.email", text(email));
        set("home.stateVersion", Some(quote(RELEASE)));
    } else if *file.path() == paths.mail(name) {
        let account = format!("accounts.email.accounts.{name}");
        set(&format!("{account}.realName"), text(full_name));
        set(&format!("{account}.address"), text(email));
    }
    values.into_iter().try_fold(file, |file, (key, value)| {
        let path = AttrPath::value(&key);
        match find(&file, &path).bindings.as_slice() {
            [_] => edit::apply(&file, &Change::ReplaceValue { path, value }),
            _ => Ok(file),
        }
    })
}

/// The facts that the new files say; what they don't say as it is chosen without a model.
fn facts_of(tree: &Tree, request: &Request, vm: &Vm, files: &[(TreePath, Vec<u8>)]) -> Result<Facts> {
    let (paths, name) = (&tree.settings().paths, &request.name);
    let file = |path: TreePath| {
        let (_, contents) = files.iter().find(|(it, _)| *it == path)?;
        NixFile::parse(&path, String::from_utf8(contents.clone()).ok()?).ok()
    };
    let said = match (file(paths.user(name)), file(paths.host(name)), file(paths.home(name))) {
        (Some(user), Some(host), Some(home)) => Facts::of(name, vm.clone(), &user, &host, &home).ok(),
        _ => None,
    };
    said.map_or_else(|| choice::choose(tree, request, vm.clone()), Ok)
}

/// The secrets that are the sibling's by their names, with fresh values.
fn secrets(
    tree: &Tree,
    registry: &Registry,
    sibling: &AgentName,
    request: &Request,
    notes: &mut Vec<String>,
) -> Result<Vec<NewSecret>> {
    let (paths, name) = (&tree.settings().paths, &request.name);
    if !tree.has(&paths.rules) {
        return Ok(Vec::new());
    }
    let rules = tree.nix(&paths.rules)?;
    let is_known = registry.machines.contains_key(&sibling.host());
    let mut secrets = Vec::new();
    let access = Access::read(tree)?;
    let theirs = access.keys(&sibling.host());
    for (path, recipients) in access.rules() {
        let new_path = renamed(path.as_str(), sibling, name);
        if *path == paths.host_key_secret(sibling) {
            continue;
        }
        let rule = paths.rule(path);
        if new_path == path.as_str() {
            // Whoever may read what others share is for the operator to say.
            if recipients.recipients.iter().any(|key| theirs.contains(key)) {
                notes.push(format!(
                    "{path} is read by {sibling}'s machine, too: if {name}'s is to, add {} to its rule in {} and run \
                     `rekey`",
                    tree.settings().rules.machine(name),
                    paths.rules
                ));
            }
            continue;
        }
        let new_path = TreePath::new(new_path).map_err(|error| undecided(sibling, &error.to_string()))?;
        let value = find(&rules, &registry::rules().child(&rule).child("publicKeys"));
        let readers = match value.bindings.as_slice() {
            [binding] => binding.value(),
            _ => None,
        };
        let Some(readers) = readers else {
            notes.push(format!("the rule of {path} is computed: see whether {new_path} has one now"));
            continue;
        };
        let value = if *path == paths.mail_secret(sibling) {
            request.password.clone().unwrap_or_else(password::random)
        } else if *path == paths.tailnet_secret(sibling) {
            request.tailnet_key.clone().ok_or_else(|| Error::Conflict {
                message: format!("{sibling} joins the tailnet with a key of its own, and {name} has none"),
                hint: "give it one by --tailnet-key-stdin".into(),
            })?
        } else {
            notes.push(format!("{new_path} has a random value: give it the one it needs by `secret edit`"));
            password::random()
        };
        // Read in its own file, the machine of a sibling that isn't known stands in no rule.
        let readers = renamed(&readers.syntax().text().to_string(), sibling, name);
        secrets.push(NewSecret { path: new_path, value, readers: is_known.then_some(readers) });
    }
    let host = tree.nix(&paths.host(sibling))?;
    for (secret, node) in find(&host, &AttrPath::value("age.secrets")).children() {
        let said = node.text().to_string();
        let new_name = renamed(&secret, sibling, name);
        if new_name != secret && said.contains("inputs.") {
            let at = host.location(&node);
            notes.push(format!(
                "{at} the secret {secret} lies in an input of the flake: make {new_name} there"
            ));
        }
    }
    Ok(secrets)
}

/// The places beside its own files and entries that name the sibling.
fn mentions(tree: &Tree, sibling: &AgentName) -> Result<Vec<String>> {
    let paths = &tree.settings().paths;
    let own = paths.own_places(sibling);
    let shared = paths.shared();
    let mut files = Vec::new();
    for folder in [
        &paths.hosts,
        &paths.homes,
        &paths.users,
        &TreePath::literal("modules"),
        &TreePath::literal("overlays"),
    ] {
        files.extend(tree.files_below(folder)?);
    }
    files.sort();
    files.dedup();
    files.retain(|path| {
        let is_own = own.contains(path) || path.ancestors().any(|above| own.contains(&above));
        path.has_extension("nix") && !is_own && *path != paths.user(sibling) && !shared.contains(&path)
    });
    let found = tree.each_nix(&files, |path, file| {
        let text = file.ok()?.text().to_owned();
        let line = text.lines().position(|line| names(line, sibling))?;
        Some(format!("{path}:{}: names {sibling}: see whether the new agent belongs there, too", line + 1))
    });
    Ok(found.into_iter().flatten().collect())
}

/// The places in the shared files that name the sibling and are no entries of its own: those have a counterpart.
fn shared_mentions(tree: &Tree, sibling: &AgentName, entry: Option<&Removal>) -> Result<Vec<String>> {
    let paths = &tree.settings().paths;
    let host = sibling.host();
    let mut own = Vec::new();
    if let Some(removal) = entry
        && let Some(at) = flake::survey(&Planned::none(tree))?.names.get(&host)
        && let Some(position) = at.position
    {
        own.push((at.path.clone(), position.line, removal.entry.lines().count()));
    }
    let bindings = [
        (&paths.base, registry::base_homes().child(sibling.as_str())),
        (&paths.rules, tree.settings().rules.machines().child(&host)),
    ];
    for (path, attribute) in bindings {
        let file = nix_or_empty(tree, path)?;
        own.extend(find(&file, &attribute).bindings.iter().map(|it| lines(&file, it.syntax())));
    }
    let rules = nix_or_empty(tree, &paths.rules)?;
    let theirs = find(&rules, &registry::rules()).children().into_iter();
    let theirs = theirs.filter(|(rule, _)| names(rule, sibling));
    own.extend(theirs.map(|(_, node)| lines(&rules, &node)));
    let base = nix_or_empty(tree, &paths.base)?;
    let imports = find(&base, &registry::base_imports());
    let user = paths.base.reference(&paths.user(sibling));
    let theirs = imports.lists().flat_map(List::items).filter(|item| item.syntax().text() == user.as_str());
    own.extend(theirs.map(|item| lines(&base, item.syntax())));
    let mut notes = Vec::new();
    for path in [&paths.flake, &paths.base, &paths.rules] {
        for (index, line) in nix_or_empty(tree, path)?.text().lines().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let is_own = own.iter().any(|(file, first, count)| {
                file == path && (*first..).zip(0..*count).any(|(line, _)| line == number)
            });
            if !is_own && names(line, sibling) {
                notes.push(format!(
                    "{path}:{number}: names {sibling}: see whether the new agent belongs there, too"
                ));
            }
        }
    }
    Ok(notes)
}

/// The file, the first line and the number of lines of what stands there.
fn lines(file: &NixFile, node: &SyntaxNode) -> (TreePath, u32, usize) {
    let first = file.location(node).position.map_or(1, |position| position.line);
    (file.path().clone(), first, node.text().to_string().lines().count())
}

fn nix_or_empty(tree: &Tree, path: &TreePath) -> Result<NixFile> {
    if tree.has(path) { tree.nix(path) } else { NixFile::parse(path, "{ }".into()) }
}

/// Whether an agent's name stands in a text as a word: [`renamed`] would change it.
fn names(text: &str, agent: &AgentName) -> bool {
    rename(text, agent.as_str(), "", false) != text
}

fn renamed(text: &str, from: &AgentName, to: &AgentName) -> String {
    rename(text, from.as_str(), to.as_str(), false)
}

fn undecided(sibling: &AgentName, why: &str) -> Error {
    Error::Conflict {
        message: format!("{sibling} can't be the model of another agent: {why}"),
        hint: "leave --like out, and bring over by hand what is missing".into(),
    }
}
