//! What an agent's files call it, each file by itself, is the agent's name.

use rowan::ast::AstNode;

use super::{Finding, look::Role};
use crate::{
    error::Location,
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
};

/// What one of the files of the agent `name` calls it otherwise.
pub(super) fn of_file(file: &NixFile, name: &AgentName, role: Role) -> Vec<Finding> {
    let strings = match role {
        Role::Host => vec![
            ("networking.hostName".to_owned(), name.host()),
            ("services.displayManager.autoLogin.user".to_owned(), name.to_string()),
            (format!("age.secrets.stalwart-mail-{name}-password.owner"), name.to_string()),
        ],
        Role::Home => vec![
            ("home.username".to_owned(), name.to_string()),
            ("home.homeDirectory".to_owned(), format!("/home/{name}")),
        ],
        Role::User | Role::Mail => Vec::new(),
    };
    let bound = match role {
        Role::User => Some(format!("users.users.{name}")),
        Role::Host => Some(format!("home-manager.users.{name}")),
        Role::Mail => Some(format!("accounts.email.accounts.{name}")),
        Role::Home => None,
    };
    let strings = strings.iter().filter_map(|(key, text)| string(file, key, text));
    strings.chain(bound.and_then(|key| unbound(file, &key))).collect()
}

/// The finding when `key` is not bound in `file`, as far as syntax can tell.
fn unbound(file: &NixFile, key: &str) -> Option<Finding> {
    let found = find(file, &AttrPath::value(key));
    let mend = format!("bind {key} there, or give the agent another name");
    (!found.is_bound() && found.opaque.is_empty())
        .then(|| Finding::error(Location::file(file.path()), format!("does not say {key}"), mend))
}

/// The finding when `key` is written out in `file` and is not `expected`.
fn string(file: &NixFile, key: &str, expected: &str) -> Option<Finding> {
    let found = find(file, &AttrPath::value(key));
    let mend = format!("write {key} = \"{expected}\";");
    let Some(value) = found.value() else {
        let message = format!("{key} is not written out, so that its name can't be compared");
        return Some(Finding::warning(Location::file(file.path()), message, mend));
    };
    let text = literal::string(value)?;
    let at = file.location(value.syntax());
    (text != expected).then(|| Finding::error(at, format!("{key} is \"{text}\", not \"{expected}\""), mend))
}
