//! What a module of a host's own may say.

use std::collections::BTreeSet;

use rnix::ast::{AttrpathValue, Expr, HasEntry};
use rowan::ast::AstNode;

use super::{Alone, OF_A_PART, Spot, most, renamed};
use crate::{
    edit::Site,
    flake::{
        entry::{
            self, Origin,
            full::{Full, made_by},
            passed::Passed,
            says_only_name,
            shared::said,
            sibling::Sibling,
        },
        files::Planned,
        place::via::Via,
        reading::Reading,
    },
    nix::{
        file::NixFile,
        literal,
        scope::{parameters, unbound_names},
    },
    rename::rename,
};

/// A module that may be written.
pub(super) struct Written {
    pub(super) text: String,
    /// What says the same, and can be followed.
    pub(super) proof: Option<String>,
    /// How much must be known of it.
    pub(super) origin: Origin,
}

impl Written {
    pub(super) fn new(text: String, origin: Origin) -> Self {
        Self { text, proof: None, origin }
    }
}

/// The modules that say of the host what those of its siblings say, the best first: of siblings that have theirs as the
/// new one has its own, and with what these are passed.
pub(super) fn as_siblings(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    alone: &[Alone<'_>],
    spot: &Spot,
    host: &str,
) -> Vec<Written> {
    let module = spot.path.reference(&files.tree.settings().paths.host_files(host).module());
    let is_like = |(place, it): &&Alone<'_>| {
        renamed(place.term.file.path(), &it.name, host).as_ref() == Some(&spot.path)
    };
    let mut alike: Vec<_> = alone.iter().filter(is_like).copied().collect();
    // What an only sibling is passed doesn't depend on how its file is called.
    if let ([only], true) = (alone, alike.is_empty()) {
        alike.push(*only);
    }
    let passed: BTreeSet<_> = alike.iter().flat_map(|(place, _)| asked(&place.term.file)).collect();
    let mut written: Vec<_> = as_said(alone, host, &module).into_iter().collect();
    let output = spot.output.to_owned();
    let call = as_call(reading, &alike, host).map(|value| Said { output, value, origin: Origin::Siblings });
    for said in call.into_iter().chain(as_hosts(files, reading, &alike, spot, host)) {
        written.extend(said.module(&passed));
        written.extend(said.with_own(&passed, host, &module));
    }
    written
}

/// What may be said of a host where others are bound by their names.
fn as_hosts(
    files: &Planned<'_>,
    reading: &Reading<'_>,
    alike: &[Alone<'_>],
    Spot { path, output, .. }: &Spot,
    host: &str,
) -> Vec<Said> {
    let paths = &files.tree.settings().paths;
    let own = paths.host_files(host);
    let hosts: Vec<_> = alike.iter().filter(|(place, _)| place.is_of_hosts()).collect();
    let siblings = hosts.iter().map(|(place, it)| Sibling::read(&reading.follower, place, it));
    let siblings: Vec<_> = siblings.collect();
    let Some((model, _)) = hosts.last() else { return Vec::new() };
    let made =
        hosts.iter().filter_map(|(place, it)| Some((Some(it.name.as_str()), reading.made(place, it)?)));
    let made: Vec<_> = made.collect();
    let full = Full {
        follower: &reading.follower,
        place: model,
        siblings: &siblings,
        passed: Passed::of(&reading.follower, &made, model, &own),
        host,
        folder: &path.reference(&own.module()),
        own: &own,
        flake: &paths.flake,
        maker: reading.maker(),
        has_own_file: true,
    };
    let said = entry::candidates(&full).flatten().filter_map(|it| {
        let value = full.in_own_file(&value_of(&it.text)?)?;
        Some(Said { output: format!("{output}.{host}"), value, origin: it.origin })
    });
    said.collect()
}

/// The call that siblings' modules say to all hosts, which gives one by its name, with the new name: where all say the same
/// but for that, and nothing else.
fn as_call(reading: &Reading<'_>, alike: &[Alone<'_>], host: &str) -> Option<Expr> {
    let calls = alike.iter().filter(|(place, _)| matches!(place.site, Site::Over(_)));
    let siblings = calls.map(|(place, it)| Sibling::read(&reading.follower, place, it));
    let models: Vec<_> = siblings.filter(Sibling::is_ordinary).collect();
    let value = models.first()?.renamed_value(host)?;
    let is_same = |it: &Sibling<'_>| it.renamed_value(host).is_some_and(|other| said(&other) == said(&value));
    (models.iter().all(is_same) && says_only_name(&value, host)).then_some(value)
}

/// What a module says of hosts.
struct Said {
    /// What is bound.
    output: String,
    value: Expr,
    origin: Origin,
}

impl Said {
    /// The module that says it, in the official style; nothing where it mentions what modules are not known to be `passed`.
    fn module(&self, passed: &BTreeSet<String>) -> Option<Written> {
        self.after(passed, "")
    }

    /// The same, where the host's own module is offered by its name, for what siblings' calls make hosts of.
    fn with_own(&self, passed: &BTreeSet<String>, host: &str, module: &str) -> Option<Written> {
        let is_of_a_part = self.output.starts_with(OF_A_PART) && self.origin != Origin::Ours;
        let own = format!("flake.modules.nixos.{} = {module};\n  ", literal::quote_attribute(host));
        is_of_a_part.then(|| self.after(passed, &own))?
    }

    /// The module that says it after `others`.
    fn after(&self, passed: &BTreeSet<String>, others: &str) -> Option<Written> {
        let names: BTreeSet<_> = unbound_names(self.value.syntax()).into_iter().collect();
        if !names.is_subset(passed) {
            return None;
        }
        let names = names.into_iter().map(|name| name + ", ").collect::<String>();
        let (output, value) = (&self.output, self.value.syntax().text());
        let text = format!("{{ {names}... }}:\n{{\n  {others}{output} = {value};\n}}\n");
        Some(Written::new(nixfmt_rs::format(&text).ok()?, self.origin))
    }
}

/// The value that a binding says.
fn value_of(binding: &str) -> Option<Expr> {
    let value = literal::set_of(binding)?.attrpath_values().next()?.value()?;
    literal::expression(&value.syntax().text().to_string())
}

/// The module that says the host's own to the option that most siblings say theirs to: `fleet.hosts.NAME.module = …;`, or
/// `flake.modules.nixos."hosts/NAME" = …;`.
fn as_said(alone: &[Alone<'_>], host: &str, module: &str) -> Option<Written> {
    let said = alone.iter().filter(|(place, _)| matches!(place.via, Via::Said(_)));
    let options = said.filter_map(|(place, it)| {
        let path = AttrpathValue::cast(it.node.clone())?.attrpath()?;
        let attrs: Vec<_> = path.attrs().map(|attr| attr.syntax().text().to_string()).collect();
        let (above, below) = (attrs.get(..place.prefix)?, attrs.get(place.prefix + 1..)?);
        let key = literal::quote_attribute(&rename(&it.key, &it.name, host, true));
        match below {
            [below] if below.ends_with("module") => Some((above.join("."), key, Some(below.clone()))),
            [] => Some((above.join("."), key, None)),
            _ => None,
        }
    });
    let (above, key, below) = most(options)?;
    let Some(below) = below else {
        let text = format!("{{\n  {above}.{key} = {module};\n}}\n");
        return Some(Written::new(text, Origin::Siblings));
    };
    let text = format!("{{\n  {above}.{key}.{below} = {module};\n}}\n");
    // What makes hosts is followed with a set as a whole, which says the same.
    let proof = Some(format!("{{ {above}.{key} = {{ {below} = {module}; }}; }}"));
    Some(Written { text, proof, origin: Origin::Ours })
}

/// The names that a module asks for.
fn asked(module: &NixFile) -> Vec<String> {
    match module.value() {
        Some(Expr::Lambda(function)) => parameters(&function),
        _ => Vec::new(),
    }
}

/// The module with a host as a framework makes it, in the official style.
pub(super) fn ours_by(files: &Planned<'_>, spot: &Spot, host: &str, maker: &str) -> Option<String> {
    let module = spot.path.reference(&files.tree.settings().paths.host_files(host).module());
    let made = made_by(maker, "inputs", &module);
    nixfmt_rs::format(&format!("{{ inputs, ... }}: {{ {}.{host} = {made}; }}", spot.output)).ok()
}

/// The module with nothing but what a host needs, in the official style.
pub(super) fn ours(files: &Planned<'_>, spot: &Spot, host: &str, nixpkgs: &str) -> String {
    format!(
        "\
{{ inputs, ... }}:
{{
  {}.{} = inputs.{}.lib.nixosSystem {{
    system = \"x86_64-linux\";
    modules = [ {} ];
    specialArgs = {{ inherit inputs; }};
  }};
}}
",
        spot.output,
        host,
        nixpkgs,
        spot.path.reference(&files.tree.settings().paths.host_files(host).module()),
    )
}
