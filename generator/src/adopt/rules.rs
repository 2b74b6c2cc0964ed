//! The agenix rules of a tree of agents: written anew, or the names that `new-agent` needs bound in those there are.

use rnix::ast::{Expr, HasEntry, LetIn};
use rowan::ast::AstNode;

use crate::{
    edit::{self, Change, Entry, Site},
    error::{Error, Location, Result},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal::{quote, quote_attribute},
    },
    secrets::recipient::Recipient,
    settings::Settings,
};

/// No machine yet. The set stands on lines of its own, so that the first agent's is one more, and goes without a trace.
const NO_SYSTEMS: &str = "{\n}";

/// New rules, whose operators are the holders of `keys`.
pub(super) fn fresh(admin: &str, keys: &[Recipient]) -> String {
    let (users, names): (Vec<_>, Vec<_>) = named(admin, keys)
        .map(|(name, key)| {
            let name = quote_attribute(&name);
            (format!("    {name} = {key};\n"), format!("users.{name}"))
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

/// Each of `keys` with a name: the admin user's, and those after it.
fn named<'a>(admin: &'a str, keys: &'a [Recipient]) -> impl Iterator<Item = (String, String)> + 'a {
    let name = move |number| if number == 1 { admin.to_owned() } else { format!("{admin}-{number}") };
    (1..).map(name).zip(keys.iter().map(|key| quote(key.as_str())))
}

/// The rules with the set of machines and `adminKeys` in their `let`.
pub(super) fn completed(rules: &NixFile, settings: &Settings, keys: &[Recipient]) -> Result<Option<NixFile>> {
    let mut file = rules.clone();
    let is_bound = |file: &NixFile, name: &str| find(file, &AttrPath::bound(name)).is_bound();
    let machines = settings.rules.machines.as_str();
    if !is_bound(&file, machines) {
        file = bound(&file, machines, NO_SYSTEMS)?;
    }
    if !is_bound(&file, "adminKeys") {
        let operators;
        (file, operators) = with_operators(file, settings, keys)?;
        file = bound(&file, "adminKeys", &operators)?;
    }
    Ok((file.text() != rules.text()).then_some(file))
}

/// The rules with the operators' keys, and these as a list: those of the admin user, where there are some, or else `keys`.
fn with_operators(mut file: NixFile, settings: &Settings, keys: &[Recipient]) -> Result<(NixFile, String)> {
    let (admin, names) = (settings.admin_user.as_str(), &settings.rules);
    let user = find(&file, &names.users().child(admin));
    if user.lists().next().is_some() {
        return Ok((file, names.user(admin)));
    }
    if user.is_bound() {
        return Ok((file, format!("[ {} ]", names.user(admin))));
    }
    if keys.is_empty() {
        return Err(no_keys(&file));
    }
    let mut operators = Vec::new();
    for (name, key) in named(admin, keys) {
        operators.push(names.user(&name));
        file = if find(&file, &names.users()).is_bound() {
            let change = Change::InsertAttribute { set: names.users(), key: vec![name], value: key };
            edit::insert_or_delete(&file, &[change])?
        } else {
            bound(&file, &names.user(&name), &key)?
        };
    }
    Ok((file, format!("[ {} ]", operators.join(" "))))
}

/// The rules with `name` bound to `value` at the end of their `let`.
fn bound(file: &NixFile, name: &str, value: &str) -> Result<NixFile> {
    let bindings = outer_let(file);
    let siblings = bindings.iter().flat_map(HasEntry::attrpath_values);
    let siblings: Vec<_> = siblings.map(|binding| binding.syntax().clone()).collect();
    if siblings.is_empty() {
        return Err(Error::NoPlace {
            at: Location::file(file.path()),
            found: format!("there is no `let` in which {name} can be bound"),
            by_hand: format!(
                "write `let {name} = {}; in` before the rules, then run this again",
                value.replace('\n', " ")
            ),
        });
    }
    edit::insert_at(file, &Site::After(siblings), Entry::New(&format!("{name} = {value};")))
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
