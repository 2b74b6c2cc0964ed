//! What all siblings say and no more, said of a new host.

use std::collections::BTreeSet;

use rnix::ast::{AttrpathValue, Expr, HasEntry};
use rowan::ast::AstNode;

use super::{
    Candidate, Origin,
    carried::{PLATFORM, carried},
    full::Full,
    shared::{New, said, shared},
    sibling::{Sibling, is_personal},
    special::binding_of_inputs,
    taker::{self, Optional, argument, with_argument},
};
use crate::{
    edit::Site,
    flake::place::via::Via,
    nix::{
        follow::{Value, without_parentheses},
        literal::{expression, quote, set_of},
    },
};

/// The entry that says what all siblings say and no more, with the new name, and with its own module among those that are
/// said or not; of a single one what it can't lack.
pub(super) fn as_all(full: &Full<'_>, key: &str, new: &New<'_>) -> Option<Candidate> {
    let Full { siblings, host, .. } = full;
    let value = said_by_all(full, new)?;
    let made = expression(&value)?;
    let mut models = siblings.iter().filter(|it| it.is_ordinary());
    let same = models.find(|it| it.renamed_value(host).is_some_and(|other| said(&other) == said(&made)));
    match same.filter(|sibling| sibling.is_plain()) {
        Some(sibling) => Some(Candidate::as_siblings(sibling.renamed(host))),
        None => Candidate::made(key, &value, Origin::Siblings),
    }
}

/// The entries that say what all siblings say, and `inputs` to what passes more to modules.
pub(super) fn with_inputs(full: &Full<'_>, key: &str, new: &New<'_>) -> Vec<Candidate> {
    let Full { follower, place, .. } = full;
    let inputs = place.site.syntax().and_then(binding_of_inputs);
    let value = said_by_all(full, new).and_then(|value| expression(&value));
    let (Some(model), Some(inputs), Some(value)) = (model(full), inputs, value) else { return Vec::new() };
    let optional = taker::optional(follower, place, model);
    let passing = optional.iter().filter(|it| it.passes_more());
    let ways = passing.filter_map(|it| with_argument(&value, &it.name, &format!("{{ {inputs} }}")));
    ways.filter_map(|value| Candidate::made(key, &value, Origin::Siblings)).collect()
}

/// The entry that imports the new host's module and no more, where what makes hosts takes modules.
pub(super) fn as_module(full: &Full<'_>, key: &str) -> Option<Candidate> {
    let optional = taker::optional(full.follower, full.place, model(full)?);
    let is_a_module = optional.iter().any(|it| it.name == "imports");
    let value = format!("{{ imports = [ {} ]; }}", full.folder);
    Candidate::made(key, &value, Origin::Siblings).filter(|_| is_a_module)
}

/// The entry that says the new host's module and no more to what all siblings' say a name of their own to, where that takes
/// modules: `nixosSystem (f tower)`.
pub(super) fn as_named(full: &Full<'_>, key: &str) -> Option<Candidate> {
    let Full { siblings, folder, .. } = full;
    let models = siblings.iter().filter(|it| it.is_ordinary());
    let calls = models.map(|it| around_name(it.value.as_ref()?)).collect::<Option<BTreeSet<_>>>()?;
    let [(before, behind)] = calls.into_iter().collect::<Vec<_>>().try_into().ok()?;
    let optional = taker::optional(full.follower, full.place, model(full)?);
    let takes_modules = optional.iter().any(|it| it.name == "modules");
    let value = format!("{before}{{ modules = [ {folder} ]; }}{behind}");
    Candidate::made(key, &value, Origin::Siblings).filter(|_| takes_modules)
}

/// What stands before and behind the name that is the innermost argument of a call.
fn around_name(call: &Expr) -> Option<(String, String)> {
    let Expr::Apply(it) = call else { return None };
    let argument = it.argument()?;
    let (before, behind) = match &argument {
        Expr::Ident(_) => (String::new(), String::new()),
        Expr::Paren(paren) => {
            let (before, behind) = around_name(&paren.expr()?)?;
            (format!("({before}"), format!("{behind})"))
        }
        _ => return None,
    };
    Some((format!("{} {before}", it.lambda()?.syntax().text()), behind))
}

/// The entry that calls what makes all hosts of names that are computed: `genAttrs (attrNames data) mkHost`.
pub(super) fn as_called(full: &Full<'_>, key: &str) -> Option<Candidate> {
    let Full { follower, place, host, .. } = full;
    let call = match place.site {
        Site::Over(_) | Site::Under(_) => follower.call(&Value::Term(place.term.clone()))?,
        Site::Set(_) | Site::List(_) | Site::After(_) => return None,
    };
    let ("genAttrs", [_, Value::Term(function)]) = (call.name.as_str(), call.arguments.as_slice()) else {
        return None;
    };
    let function = function.with(without_parentheses(function.expr.clone()));
    let (said, text) = carried(follower, &Value::Term(function), place)?;
    let is_called = matches!(said.expr, Expr::Ident(_) | Expr::Select(_) | Expr::Apply(_));
    is_called.then(|| Candidate::made(key, &format!("{text} {}", quote(host)), Origin::Siblings))?
}

/// The same entries, which say the new host's platform to what else looks that up.
pub(super) fn with_platform(full: &Full<'_>, key: &str, entries: &[Candidate]) -> Vec<Candidate> {
    let platform = optional(full).into_iter().find(Optional::is_platform_of_a_table);
    platform.map(|it| with_said(entries, key, &it.name, &quote(PLATFORM))).unwrap_or_default()
}

/// The same entries, each with one thing left out that what makes hosts does by default, and that a sibling does without.
pub(super) fn with_less(full: &Full<'_>, key: &str, entries: &[Candidate]) -> Vec<Candidate> {
    const OFF: &str = "false";
    let is_left_out = |it: &Optional| {
        let said = full.siblings.iter().filter_map(|sibling| argument(sibling.value.as_ref()?, &it.name));
        it.is_on() && said.map(|value| value.to_string()).any(|value| value == OFF)
    };
    let less = optional(full).into_iter().filter(is_left_out);
    less.flat_map(|it| with_said(entries, key, &it.name, OFF)).collect()
}

/// What a sibling need not say to what makes hosts.
fn optional(full: &Full<'_>) -> Vec<Optional> {
    model(full).map(|model| taker::optional(full.follower, full.place, model)).unwrap_or_default()
}

/// Those of the entries that are as siblings' are, with `value` said to `name` as well.
fn with_said(entries: &[Candidate], key: &str, name: &str, value: &str) -> Vec<Candidate> {
    let made = |entry: &Candidate| match set_of(&entry.text).filter(|_| !key.is_empty()) {
        Some(set) => set.attrpath_values().next()?.value(),
        None => expression(&entry.text),
    };
    let said = entries.iter().filter(|it| it.origin == Origin::Siblings).filter_map(made);
    let said = said.filter_map(|made| with_argument(&made, name, value));
    said.filter_map(|value| Candidate::made(key, &value, Origin::Siblings)).collect()
}

/// A sibling that the new host is like.
fn model<'a>(full: &'a Full<'_>) -> Option<&'a Sibling<'a>> {
    full.siblings.iter().find(|it| it.is_ordinary())
}

/// What all siblings say and no more, of the new host.
fn said_by_all(full: &Full<'_>, new: &New<'_>) -> Option<String> {
    let Full { follower, place, siblings, host, .. } = full;
    let models: Vec<_> = siblings.iter().filter(|it| it.is_ordinary()).collect();
    // A host in full says more of itself.
    if matches!(place.via, Via::Host) && models.iter().all(|it| it.system().is_some()) {
        return None;
    }
    let values: Vec<_> = models.iter().map(|it| it.renamed_value(host)).collect::<Option<_>>()?;
    let optional = taker::optional(follower, place, models.first()?);
    let is_of_all = |name: &str| {
        let said = values.first().and_then(|value| argument(value, name));
        let said = said.map(|it| it.syntax().text().to_string()).unwrap_or_default();
        values.len() == 1 && (name == "system" || said.contains(host))
    };
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let may_lack = |name: &str| optional.iter().any(|it| it.name == first(name)) && !is_of_all(name);
    let value = shared(&values, new, &|name| may_lack(name) && !(new.is_bare && name == "system"))?;
    let value = without_file_systems(full).into_iter().try_fold(value, |value, (name, nothing)| {
        let value = expression(&value)?;
        with_argument(&value, &name, &nothing).or_else(|| Some(value.syntax().text().to_string()))
    })?;
    let made = expression(&value)?;
    // What may be of a single sibling alone, and can't be lacking, can't be told of a new host.
    (values.len() > 1 || !says_who_or_what(&made)).then_some(value)
}

/// What is to be said of a host that brings file systems of its own, where what makes hosts has some by default.
pub(super) fn without_file_systems(full: &Full<'_>) -> Vec<(String, String)> {
    let Full { follower, place, siblings, host, .. } = full;
    let models: Vec<_> = siblings.iter().filter(|it| it.is_ordinary()).collect();
    let Some(first) = models.first() else { return Vec::new() };
    let values: Vec<_> = models.iter().filter_map(|it| it.renamed_value(host)).collect();
    let optional = taker::optional(follower, place, first).into_iter();
    let said = optional.filter_map(|it| Some((it.without_file_systems(follower, &values)?, it.name)));
    said.map(|(nothing, name)| (name, nothing)).collect()
}

/// Whether a person is named in what is said of a host, or its hardware.
fn says_who_or_what(value: &Expr) -> bool {
    let bindings = value.syntax().descendants().filter_map(AttrpathValue::cast);
    let is_said = |value: Option<Expr>| match value {
        Some(Expr::List(list)) => list.items().next().is_some(),
        value => matches!(value, Some(Expr::Str(_))),
    };
    let names_one = |it: &AttrpathValue| is_personal(it) && is_said(it.value());
    bindings.into_iter().any(|it| names_one(&it)) || value.syntax().text().to_string().contains("hardware")
}
