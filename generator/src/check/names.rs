//! What an agent's files call it, each file by itself, is the agent's name.

use rowan::ast::AstNode;

use super::Finding;
use crate::{
    error::{Location, Result},
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
    tree::Tree,
};

pub(super) fn check(tree: &Tree, agents: &[AgentName], findings: &mut Vec<Finding>) -> Result<()> {
    let paths = &tree.settings().paths;
    for name in agents {
        let host = [
            ("networking.hostName".to_owned(), name.host()),
            ("services.displayManager.autoLogin.user".to_owned(), name.to_string()),
            (format!("age.secrets.stalwart-mail-{name}-password.owner"), name.to_string()),
        ];
        let home = [
            ("home.username".to_owned(), name.to_string()),
            ("home.homeDirectory".to_owned(), format!("/home/{name}")),
        ];
        let bound = [
            (paths.user(name), format!("users.users.{name}")),
            (paths.host(name), format!("home-manager.users.{name}")),
            (paths.mail(name), format!("accounts.email.accounts.{name}")),
        ];
        for (path, expected) in [(paths.host(name), host.as_slice()), (paths.home(name), home.as_slice())] {
            if tree.has(&path) {
                let file = tree.nix(&path)?;
                findings.extend(expected.iter().filter_map(|(key, text)| string(&file, key, text)));
            }
        }
        for (path, key) in bound {
            if !tree.has(&path) {
                continue;
            }
            let found = find(&tree.nix(&path)?, &AttrPath::value(&key));
            if !found.is_bound() && found.opaque.is_empty() {
                let mend = format!("bind {key} there, or give the agent another name");
                findings.push(Finding::error(Location::file(&path), format!("does not say {key}"), mend));
            }
        }
    }
    Ok(())
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
