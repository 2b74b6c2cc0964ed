//! An agent after the model of a sibling: its files, with the name replaced and everything its own made anew.

use super::{facts::Facts, new::RELEASE, new::Request, parts::Parts, registry::Registry};
use crate::{
    edit::{self, Change},
    error::{Error, Result},
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal::quote,
    },
    path::TreePath,
    person::{Description, Email, FullName},
    tree::Tree,
    vm::Vm,
};

/// The files of the agent that `request` names, made after those of `sibling`; and what they say.
///
/// What can't be decided is refused: a sibling that lacks a part, files that aren't Nix, secrets besides the mail
/// password.
pub(super) fn files(
    tree: &Tree,
    sibling: &AgentName,
    request: &Request,
    vm: &Vm,
) -> Result<(Facts, Vec<(TreePath, String)>)> {
    expect_model(tree, sibling)?;
    let (paths, name) = (&tree.settings().paths, &request.name);
    let mut models = vec![paths.user(sibling)];
    for folder in [paths.host_folder(sibling), paths.home_folder(sibling)] {
        models.extend(tree.files_below(&folder)?);
    }
    let mut files = Vec::new();
    for model in models {
        let path = TreePath::new(rename(model.as_str(), sibling, name))
            .map_err(|error| undecided(sibling, &error.to_string()))?;
        let file = NixFile::parse(&path, rename(tree.nix(&model)?.text(), sibling, name))?;
        let file = values(tree, request, vm, &file).into_iter().try_fold(file, |file, (key, value)| {
            edit::apply(&file, &Change::ReplaceValue { path: AttrPath::value(&key), value })
        })?;
        files.push(file);
    }
    let file = |path: TreePath| {
        files
            .iter()
            .find(|file| *file.path() == path)
            .ok_or_else(|| undecided(sibling, &format!("it has no {path}")))
    };
    let facts = Facts::of(name, file(paths.user(name))?, file(paths.host(name))?, file(paths.home(name))?)?;
    Ok((facts, files.iter().map(|file| (file.path().clone(), file.text().to_owned())).collect()))
}

/// What `file` must say that its model doesn't.
fn values(tree: &Tree, request: &Request, vm: &Vm, file: &NixFile) -> Vec<(String, String)> {
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
        set("system.stateVersion", Some(quote(RELEASE)));
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
    values
}

fn expect_model(tree: &Tree, sibling: &AgentName) -> Result<()> {
    let paths = &tree.settings().paths;
    tree.expect_agent(sibling)?;
    if let Some(missing) = Parts::of(tree, &Registry::read(tree)?, sibling).missing.first() {
        return Err(undecided(sibling, &format!("it lacks {missing}")));
    }
    for folder in [paths.host_folder(sibling), paths.home_folder(sibling)] {
        if let Some(other) = tree.files_below(&folder)?.iter().find(|path| !path.has_extension("nix")) {
            return Err(undecided(sibling, &format!("{other} is no Nix file")));
        }
    }
    let own = format!("stalwart-mail-{sibling}-password");
    let secrets = find(&tree.nix(&paths.host(sibling))?, &AttrPath::value("age.secrets")).children();
    match secrets.into_iter().find(|(secret, _)| *secret != own) {
        Some((secret, _)) => {
            Err(undecided(sibling, &format!("its secret {secret} has no value for another agent")))
        }
        None => Ok(()),
    }
}

fn undecided(sibling: &AgentName, why: &str) -> Error {
    Error::Conflict {
        message: format!("{sibling} can't be the model of another agent: {why}"),
        hint: "leave --like out, and bring over by hand what is missing".into(),
    }
}

fn rename(text: &str, from: &AgentName, to: &AgentName) -> String {
    crate::rename::rename(text, from.as_str(), to.as_str(), false)
}
