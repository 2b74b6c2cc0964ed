//! The inputs that agents need, added to a flake that lacks them.

use rnix::ast::{AttrpathValue, Expr, Param};

use crate::{
    edit::{self, Change},
    error::Result,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
        literal,
    },
};

/// The insertions of those of agenix and home-manager that aren't there.
pub(super) fn missing(flake: &NixFile) -> Vec<Change> {
    let inputs = find(flake, &AttrPath::value("inputs"));
    let there: Vec<String> = inputs.children().into_iter().map(|(name, _)| name).collect();
    let has = |name: &str| there.iter().any(|it| it == name);
    let follows = |input: &str| format!("{input}.follows = \"nixpkgs\";");
    let nixpkgs = if has("nixpkgs") { follows("inputs.nixpkgs") } else { String::new() };
    let wanted = [
        (
            "home-manager",
            format!("{{ url = \"github:nix-community/home-manager{}\"; {nixpkgs} }}", branch(flake)),
        ),
        ("agenix", format!("{{ url = \"github:ryantm/agenix\"; {nixpkgs} inputs.darwin.follows = \"\"; }}")),
    ];
    let missing = wanted.into_iter().filter(|(name, _)| !has(name));
    let formatted = |value: String| nixfmt_rs::format(&value).unwrap_or(value).trim_end().to_owned();
    if inputs.is_bound() {
        let insert = |(name, value): (&str, String)| Change::InsertAttribute {
            set: AttrPath::value("inputs"),
            key: vec![name.to_owned()],
            value: formatted(value),
        };
        return missing.map(insert).collect();
    }
    // What is not there yet is bound once.
    let all: Vec<_> = missing.map(|(name, value)| format!("{name} = {value};")).collect();
    let (set, value) = (AttrPath::value(""), formatted(format!("{{ {} }}", all.join(" "))));
    vec![Change::InsertAttribute { set, key: vec!["inputs".to_owned()], value }]
}

/// `/release-26.05` for the nixpkgs of that release; nothing for others.
fn branch(flake: &NixFile) -> String {
    let url = find(flake, &AttrPath::value("inputs.nixpkgs.url"));
    let url = url.value().and_then(literal::string).unwrap_or_default();
    let release = url.split_once("nixos-").map(|(_, release)| release.trim_end_matches("-small"));
    let is_release = |text: &&str| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    release.filter(is_release).map(|release| format!("/release-{release}")).unwrap_or_default()
}

/// The flake with `...` where its outputs take exactly the inputs that they name; nothing where they take any.
pub(super) fn opened(flake: &NixFile) -> Result<Option<NixFile>> {
    let bindings = find(flake, &AttrPath::value("outputs")).bindings;
    let lambda = bindings.first().and_then(AttrpathValue::value);
    let Some(Expr::Lambda(lambda)) = lambda else { return Ok(None) };
    match lambda.param() {
        Some(Param::Pattern(pattern)) if pattern.ellipsis_token().is_none() => {
            Ok(Some(edit::open(flake, &pattern)?))
        }
        _ => Ok(None),
    }
}
