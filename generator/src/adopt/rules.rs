//! The agenix rules of a tree of agents: written anew, or the names that `new-agent` needs bound in those there are.

use rnix::ast::{Expr, HasEntry, LetIn};
use rowan::ast::AstNode;

use crate::{
    edit::{self, Entry, Site},
    error::{Error, Location, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal::{quote, quote_attribute},
    },
    secrets::recipient::Recipient,
};

/// No machine yet. The set stands on lines of its own, so that the first agent's is one more, and goes without a trace.
const NO_SYSTEMS: &str = "{\n}";

/// New rules, whose operators are the holders of `keys`.
pub(super) fn fresh(admin: &str, keys: &[Recipient]) -> String {
    let (users, names): (Vec<_>, Vec<_>) = keys
        .iter()
        .enumerate()
        .map(|(index, key)| {
            let name = if index == 0 { admin.to_owned() } else { format!("{admin}-{}", index + 1) };
            let name = quote_attribute(&name);
            (format!("    {name} = {};\n", quote(key.as_str())), format!("users.{name}"))
        })
        .unzip();
    format!(
        "\
let
  # The operators.
  users = {{
{}  }};
  # The agents' SSH host keys, by the names of their machines: `new-agent` writes them here.
  systems = {{
  }};
  adminKeys = [ {} ];
in
{{
}}
",
        users.concat(),
        names.join(" "),
    )
}

/// The rules with `systems` and `adminKeys` in their `let`.
pub(super) fn completed(rules: &NixFile, admin: &str, keys: &[Recipient]) -> Result<Option<NixFile>> {
    let mut file = rules.clone();
    let has = |file: &NixFile, name: &str| find(file, &AttrPath::bound(name)).is_bound();
    let users = find(rules, &AttrPath::bound("users").child(admin)).is_bound();
    let operators = if users {
        format!("[ users.{} ]", quote_attribute(admin))
    } else if keys.is_empty() {
        return if has(rules, "adminKeys") {
            complete(&mut file, &[("systems", NO_SYSTEMS.into())])
        } else {
            Err(no_keys(rules))
        };
    } else {
        let keys: Vec<_> = keys.iter().map(|key| quote(key.as_str())).collect();
        format!("[ {} ]", keys.join(" "))
    };
    complete(&mut file, &[("systems", NO_SYSTEMS.into()), ("adminKeys", operators)])
}

fn complete(file: &mut NixFile, bindings: &[(&str, String)]) -> Result<Option<NixFile>> {
    let mut changed = false;
    for (name, value) in bindings {
        if find(file, &AttrPath::bound(name)).is_bound() {
            continue;
        }
        let (at, bindings) = (Location::file(file.path()), outer_let(file));
        let siblings: Vec<_> = bindings
            .iter()
            .flat_map(HasEntry::attrpath_values)
            .map(|binding| binding.syntax().clone())
            .collect();
        if siblings.is_empty() {
            return Err(Error::NoPlace {
                at,
                found: format!("there is no `let` in which {name} can be bound"),
                by_hand: format!("write `let {name} = {value}; in` before the rules, then run this again"),
            });
        }
        *file = edit::insert_at(file, &Site::After(siblings), Entry::New(&format!("{name} = {value};")))?;
        changed = true;
    }
    Ok(changed.then(|| file.clone()))
}

fn outer_let(file: &NixFile) -> Option<LetIn> {
    match file.value()? {
        Expr::LetIn(it) => Some(it),
        _ => None,
    }
}

fn no_keys(rules: &NixFile) -> Error {
    Error::NoPlace {
        at: Location::file(rules.path()),
        found: "it binds no `adminKeys`, the keys of those who may read every secret".into(),
        by_hand: "name your key by --admin-key FILE.pub".into(),
    }
}
