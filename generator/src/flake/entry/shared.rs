//! What all of several expressions say, and no more.

use rnix::{
    SyntaxKind::{TOKEN_COMMENT, TOKEN_WHITESPACE},
    ast::{AttrSet, BinOpKind, Entry, Expr, HasEntry},
};
use rowan::ast::AstNode;

use super::sibling::names_people;
use crate::{flake::verify::own_options, nix::literal};

/// What people call the argument that is a host's name.
const NAMES: [&str; 4] = ["hostname", "hostName", "host", "name"];

/// A new host.
#[derive(Clone, Copy, Default)]
pub(super) struct New<'a> {
    /// Its name.
    pub(super) host: &'a str,
    /// Its own module, as it is referred to, where that may be said.
    pub(super) module: Option<&'a str>,
    /// Whether that goes among the modules that are said.
    pub(super) is_listed: bool,
    /// Whether nothing is chosen for it that may be lacking, though all others choose the same.
    pub(super) is_bare: bool,
}

impl New<'_> {
    /// The modules that are said, with its own where it goes among them.
    fn modules(&self, said: &str) -> String {
        match (self.module.filter(|module| self.is_listed && !said.contains(module)), said.strip_prefix('['))
        {
            (None, _) => said.to_owned(),
            (Some(module), Some(rest)) => format!("[ {module} {rest}"),
            (Some(module), None) => format!("[ {module} ] ++ {said}"),
        }
    }

    /// Whether its own module is named in what is said.
    fn is_said_by(&self, expr: &Expr) -> bool {
        self.module.is_some_and(|module| expr.syntax().text().to_string().contains(module))
    }

    /// A list of its own module alone, where that may be said, for lists that each name files of their own.
    fn instead_of(&self, lists: &[Expr]) -> Option<String> {
        let names_files = |list: &Expr| match list {
            Expr::List(it) => it.items().any(|item| matches!(item, Expr::PathRel(_))),
            _ => false,
        };
        (self.is_listed && self.module.is_some() && lists.iter().all(names_files))
            .then(|| self.modules("[ ]"))
    }
}

/// What all of `exprs` say of a host, as the first says it; nothing where they differ in what may be needed.
///
/// Of calls it is the call of the same function; of lists the items that are in each; of sets what each binds alike.
/// What each set binds, but not alike, can't be left out, unless `may_lack` says of a name in the sets that are the
/// last argument, or all there is, that it can. Of a single expression all is left out that may be lacking. What is
/// called a host's name is the new one's, though siblings may have other names there than in the flake; what is called a
/// module and is one for each is the new one's own.
pub(super) fn shared(exprs: &[Expr], new: &New<'_>, may_lack: &dyn Fn(&str) -> bool) -> Option<String> {
    let first = exprs.first()?;
    if let Some(sets) = each(exprs, |expr| match expr {
        Expr::AttrSet(set) if set.rec_token().is_none() => Some(set.clone()),
        _ => None,
    }) {
        return shared_bindings(&sets, new, may_lack);
    }
    if let Some(inner) = each(exprs, |expr| match expr {
        Expr::Paren(it) => it.expr(),
        _ => None,
    }) {
        return Some(format!("({})", shared(&inner, new, may_lack)?));
    }
    if let Some(calls) = each(exprs, |expr| match expr {
        Expr::Apply(it) => Some((it.lambda()?, it.argument()?)),
        _ => None,
    }) {
        let (functions, arguments): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        let function = shared(&functions, new, &|_| false)?;
        // What the list of a single one names may be its own.
        let own = || new.instead_of(&arguments);
        let alone =
            arguments.first().filter(|it| arguments.len() == 1 && !new.is_said_by(it)).and_then(|_| own());
        let said = alone.or_else(|| shared(&arguments, new, may_lack)).or_else(own)?;
        return Some(format!("{function} {said}"));
    }
    if exprs.iter().all(|other| said(other) == said(first)) {
        return Some(first.syntax().text().to_string());
    }
    shared_items(exprs, &|_| true)
}

/// What all sets bind alike.
fn shared_bindings(sets: &[AttrSet], new: &New<'_>, may_lack: &dyn Fn(&str) -> bool) -> Option<String> {
    let all: Vec<_> = sets.iter().map(bindings).collect::<Option<_>>()?;
    let (first, others) = all.split_first()?;
    let mut lines: Vec<String> = Vec::new();
    for (name, said) in first {
        // What a single one says may be of it alone.
        if (others.is_empty() || new.is_bare && said.is_chosen()) && may_lack(name) {
            continue;
        }
        // So may the modules that don't name it.
        let is_of_modules = name.to_lowercase().ends_with("modules");
        if let (true, Said::Value(_, Expr::List(list))) = (others.is_empty() && is_of_modules, said) {
            let named =
                list.items().map(|item| item.syntax().text().to_string()).filter(|it| it.contains(new.host));
            let modules = new.modules(&format!("[ {} ]", named.collect::<Vec<_>>().join(" ")));
            lines.push(format!("{name} = {modules};"));
            continue;
        }
        let others: Option<Vec<_>> = others.iter().map(|other| find(other, name)).collect();
        // What some don't say is not needed.
        let Some(others) = others else { continue };
        let values: Vec<_> = std::iter::once(said).chain(others).collect();
        if values.iter().all(|other| *other == said) {
            said.add(name, &mut lines);
            continue;
        }
        let exprs = each(&values, |said| match said {
            Said::Value(_, expr) => Some(expr.clone()),
            Said::Inherited(_) => None,
        });
        let own = new.module.filter(|_| !may_lack(name) && is_a_module(name, exprs.as_deref()));
        if let Some(module) = own {
            lines.push(format!("{name} = {module};"));
            continue;
        }
        // Those whom all have are no more the new one's than the others.
        let common = exprs.as_ref().filter(|_| !name.rsplit('.').next().is_some_and(names_people));
        match common.and_then(|exprs| shared(exprs, new, &|_| false)) {
            Some(value) if is_of_modules => lines.push(format!("{name} = {};", new.modules(&value))),
            Some(value) => lines.push(format!("{name} = {value};")),
            None if NAMES.contains(&name.as_str())
                && exprs.as_ref().is_some_and(|exprs| exprs.iter().all(is_string)) =>
            {
                lines.push(format!("{name} = {};", literal::quote(new.host)));
            }
            None if may_lack(name) && !(is_of_modules && new.is_listed && !is_of_home(name)) => {}
            // A host may have no modules of its own.
            None if is_of_modules => lines.push(format!("{name} = {};", new.modules("[ ]"))),
            None => return None,
        }
    }
    Some(format!("{{ {} }}", lines.join(" ")))
}

/// What a set says of a name.
enum Said {
    /// By a binding: what it says, without its layout, and as it stands.
    Value(String, Expr),
    /// By `inherit`, from what.
    Inherited(String),
}

impl PartialEq for Said {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(said, _), Self::Value(other, _))
            | (Self::Inherited(said), Self::Inherited(other)) => said == other,
            _ => false,
        }
    }
}

impl Said {
    /// Whether it is one of several that could be said: a string, `true` or `false`.
    fn is_chosen(&self) -> bool {
        matches!(self, Self::Value(said, expr) if is_string(expr) || matches!(said.as_str(), "true" | "false"))
    }

    fn add(&self, name: &str, lines: &mut Vec<String>) {
        match self {
            Self::Value(_, value) => lines.push(format!("{name} = {};", value.syntax().text())),
            Self::Inherited(from) => {
                let start = format!("inherit {from}");
                match lines.last_mut().filter(|last| last.starts_with(&start)) {
                    Some(last) => last.insert_str(last.len() - 1, &format!(" {name}")),
                    None => lines.push(format!("{start} {name};")),
                }
            }
        }
    }
}

/// What a set binds, in order; nothing where a name is computed.
fn bindings(set: &AttrSet) -> Option<Vec<(String, Said)>> {
    let mut bindings = Vec::new();
    for entry in set.entries() {
        match entry {
            Entry::AttrpathValue(binding) => {
                let path = binding.attrpath()?;
                path.attrs().map(|attr| literal::attribute(&attr)).collect::<Option<Vec<_>>>()?;
                let value = binding.value()?;
                bindings.push((path.syntax().text().to_string(), Said::Value(said(&value), value)));
            }
            Entry::Inherit(inherit) => {
                let from = inherit.from().map(|from| from.syntax().text().to_string()).unwrap_or_default();
                for attr in inherit.attrs() {
                    bindings.push((attr.syntax().text().to_string(), Said::Inherited(from.clone())));
                }
            }
        }
    }
    Some(bindings)
}

/// Whether an argument is the module that each host has of its own.
fn is_a_module(name: &str, exprs: Option<&[Expr]>) -> bool {
    let name = name.to_lowercase();
    let is_called_so = ["module", "config", "configuration"].iter().any(|end| name.ends_with(end));
    let is_one = |expr: &Expr| matches!(expr, Expr::AttrSet(_) | Expr::Lambda(_) | Expr::PathRel(_));
    is_called_so && !is_of_home(&name) && exprs.is_some_and(|exprs| exprs.iter().all(is_one))
}

/// Whether what an argument is called says that it is of people's homes.
fn is_of_home(name: &str) -> bool {
    let name = name.to_lowercase();
    ["home", "hm", "user"].iter().any(|word| name.contains(word))
}

fn is_string(expr: &Expr) -> bool {
    matches!(expr, Expr::Str(_))
}

fn find<'a>(bindings: &'a [(String, Said)], name: &str) -> Option<&'a Said> {
    bindings.iter().find(|(other, _)| other == name).map(|(_, said)| said)
}

/// A part of what lists are joined of.
#[derive(Clone)]
enum Part {
    /// An item of a list that is written out.
    Item(Expr),
    /// A list by its name, or computed.
    List(Expr),
}

impl Part {
    fn expr(&self) -> &Expr {
        match self {
            Self::Item(expr) | Self::List(expr) => expr,
        }
    }

    fn is(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Item(_), Self::Item(_)) | (Self::List(_), Self::List(_)))
            && said(self.expr()) == said(other.expr())
    }
}

/// The items and lists that all lists are joined of, those items that are wanted.
pub(super) fn shared_items(lists: &[Expr], is_wanted: &dyn Fn(&Expr) -> bool) -> Option<String> {
    // What a list has of a set is the same only in that of the same set.
    if let Some(withs) = each(lists, |list| match list {
        Expr::With(it) => Some((it.namespace()?, it.body()?)),
        _ => None,
    }) {
        let (sets, lists): (Vec<_>, Vec<_>) = withs.into_iter().unzip();
        let (set, others) = sets.split_first()?;
        let is_same = others.iter().all(|other| said(other) == said(set));
        let items = shared_items(&lists, is_wanted).filter(|_| is_same)?;
        return Some(format!("with {}; {items}", set.syntax().text()));
    }
    let all = each(lists, take_apart)?;
    let (first, others) = all.split_first()?;
    let in_each = |part: &&Part| {
        is_wanted(part.expr()) && others.iter().all(|other| other.iter().any(|it| it.is(part)))
    };
    let common: Vec<_> = first.iter().filter(in_each).collect();
    // A file may need what is in a list that each has of its own.
    let is_left_out = |part: &Part| matches!(part, Part::List(_)) && !common.iter().any(|it| it.is(part));
    // So may what it asks for be in a module that each has of its own.
    let says_its_options = |part: &Part| {
        matches!(part, Part::Item(Expr::AttrSet(set)) if own_options::of(set).next().is_some())
            && !common.iter().any(|it| it.is(part))
    };
    let are_of_parts = all.iter().all(|parts| parts.iter().any(is_left_out))
        || all.iter().all(|parts| parts.iter().any(says_its_options));
    let is_sure = |part: &&&Part| !are_of_parts || !matches!(part.expr(), Expr::PathRel(_));
    let sure: Vec<_> = common.iter().copied().filter(|part| is_sure(&part)).collect();
    // Where nothing is in each it is nothing that is said only if one says so.
    (!common.is_empty() || all.iter().any(Vec::is_empty)).then(|| joined(&sure))
}

/// The parts of a list; nothing where it is no list that is written out, not even some of it.
fn take_apart(list: &Expr) -> Option<Vec<Part>> {
    let lists = joined_of(list);
    if let [only] = lists.as_slice()
        && !matches!(only, Expr::List(_))
    {
        return None;
    }
    let parts = lists.into_iter().flat_map(|list| match list {
        Expr::List(it) => it.items().map(Part::Item).collect(),
        other => vec![Part::List(other)],
    });
    Some(parts.collect())
}

/// The lists that a list is joined of: itself, where that isn't said. What is no list that is written out keeps its
/// parentheses.
pub(super) fn joined_of(list: &Expr) -> Vec<Expr> {
    let is_joined = |inner: &Expr| {
        matches!(inner, Expr::List(_) | Expr::Paren(_))
            || matches!(inner, Expr::BinOp(it) if it.operator() == Some(BinOpKind::Concat))
    };
    match list {
        Expr::BinOp(it) if it.operator() == Some(BinOpKind::Concat) => {
            [it.lhs(), it.rhs()].iter().flatten().flat_map(joined_of).collect()
        }
        Expr::Paren(it) => match it.expr().filter(is_joined) {
            Some(inner) => joined_of(&inner),
            None => vec![list.clone()],
        },
        other => vec![other.clone()],
    }
}

/// `[ item … ] ++ list ++ …`.
fn joined(parts: &[&Part]) -> String {
    let mut lists: Vec<String> = Vec::new();
    let mut items: Vec<String> = Vec::new();
    let close = |items: &mut Vec<String>, lists: &mut Vec<String>| {
        if !items.is_empty() {
            lists.push(format!("[ {} ]", std::mem::take(items).join(" ")));
        }
    };
    for part in parts {
        match part {
            Part::Item(item) => items.push(item.syntax().text().to_string()),
            Part::List(list) => {
                close(&mut items, &mut lists);
                lists.push(list.syntax().text().to_string());
            }
        }
    }
    close(&mut items, &mut lists);
    if lists.is_empty() { "[ ]".into() } else { lists.join(" ++ ") }
}

/// What `of` gives for each; nothing where it gives nothing for one.
fn each<T, U>(all: &[T], of: impl Fn(&T) -> Option<U>) -> Option<Vec<U>> {
    all.iter().map(of).collect()
}

/// What an expression says: its words, without comments and its layout.
pub(crate) fn said(expr: &Expr) -> String {
    let tokens = expr.syntax().descendants_with_tokens().filter_map(rnix::NodeOrToken::into_token);
    let words = tokens.filter(|token| !matches!(token.kind(), TOKEN_COMMENT | TOKEN_WHITESPACE));
    words.map(|token| token.text().to_owned()).collect::<Vec<_>>().join(" ")
}
