//! The secrets that an agent's machine has once it is switched: `age.secrets` of its host.

use crate::{
    error::Result,
    name::AgentName,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
    tree::Tree,
};

/// A secret that agenix opens on the machine (options `age.secrets.<name>.…`, with their defaults).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// Where the machine has it.
    pub path: String,
    /// Whose it is there, where the host says so in words: a name or a number.
    pub owner: Option<String>,
    /// Its permission bits in octal, where the host says so in words.
    pub mode: Option<String>,
}

/// The secrets that the host of an agent declares in its own file.
pub fn mounted(tree: &Tree, name: &AgentName) -> Result<Vec<Mounted>> {
    let host = tree.nix(&tree.settings().paths.host(name))?;
    let all = AttrPath::value("age.secrets");
    Ok(find(&host, &all).children().into_iter().map(|(secret, _)| one(&host, &all, &secret)).collect())
}

fn one(host: &NixFile, all: &AttrPath, secret: &str) -> Mounted {
    let path = all.child(secret);
    // What is bound to something else than a text is not known; what isn't bound has agenix's default.
    let option = |option: &str, default: &str| {
        let found = find(host, &path.child(option));
        if found.is_bound() { found.value().and_then(literal::string) } else { Some(default.to_owned()) }
    };
    let default = format!("/run/agenix/{}", option("name", secret).unwrap_or_else(|| secret.to_owned()));
    Mounted {
        path: option("path", &default).unwrap_or(default),
        owner: option("owner", "root").map(|owner| if owner == "0" { "root".into() } else { owner }),
        mode: option("mode", "0400"),
    }
}
