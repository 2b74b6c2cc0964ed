//! A host in full, as all its siblings are: what the calls of `nixosSystem` that these are say alike.

use std::collections::BTreeSet;

use rnix::{
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, Expr, HasEntry, LetIn},
};
use rowan::ast::AstNode;

use super::{
    around::with_system,
    full::{Full, PLATFORM, bound, inherited},
    shared::{New, joined_of, said, shared, shared_items},
    sibling::Sibling,
};
use crate::{
    flake::verify::{system::read_by_name, will_be},
    host_file::HostFiles,
    nix::{
        find::{first_key, keys},
        follow::{Term, Value, without_parentheses},
        literal,
        scope::{is_bound_at, names_from_around, resolve},
    },
    path::TreePath,
    rename::rename,
};

impl Full<'_> {
    /// What `function` gives for what all siblings that call it say, the best first: with the modules that name the host,
    /// then without, and then with those of inputs alone, as the flake's own may ask each host for what it says; at least
    /// two siblings must.
    pub(super) fn as_all(&self, function: &str) -> Vec<String> {
        let mut models: Vec<_> = self.siblings.iter().filter(|it| it.is_ordinary()).collect();
        // What the only one of an agent's platform has with those of others is no fact of it.
        if models.len() == 1 {
            models.splice(0..0, self.siblings.iter().filter(|it| it.is_elsewhere()));
        }
        let calls: Option<Vec<_>> = models.iter().map(|it| self.call_of(it)).collect();
        let Some(calls) = calls.filter(|calls| calls.len() > 1) else { return Vec::new() };
        let is_soft = |module: &Expr| !is_of_one_machine(module) && !gives_homes(module);
        let personal = self.modules_with_own_files();
        let is_soft = |module: &Expr| {
            is_soft(module) && !personal.contains(&said(module)) && !self.is_of_its_file(module)
        };
        let is_of_all = |module: &Expr| is_soft(module) && !self.names_host(module);
        let is_of_inputs = |module: &Expr| is_of_all(module) && is_of_input(module);
        let wanted: [&dyn Fn(&Expr) -> bool; 3] = [&is_soft, &is_of_all, &is_of_inputs];
        let mut all: Vec<_> = wanted.into_iter().filter_map(|it| self.alike(function, &calls, it)).collect();
        all.dedup();
        all
    }

    /// What all `calls` say, with those of their modules that are wanted.
    fn alike(
        &self,
        function: &str,
        calls: &[SystemCall<'_>],
        is_wanted: &dyn Fn(&Expr) -> bool,
    ) -> Option<String> {
        let (last, others) = calls.split_last()?;
        let is_local = |expr: &Expr| last.binds(&expr.syntax().text().to_string());
        let special = self.special_arguments().into_iter().next()?;
        let mut lines = Vec::new();
        let mut has_platform = false;
        for binding in last.arguments.attrpath_values() {
            let name = binding.attrpath()?.syntax().text().to_string();
            let value = binding.value()?;
            let values: Option<Vec<_>> = others.iter().map(|other| bound(&other.arguments, &name)).collect();
            let values = values.map(|mut values| {
                values.push(value.clone());
                values
            });
            let are_same =
                values.as_ref().is_some_and(|values| values.iter().all(|other| said(other) == said(&value)));
            match (name.as_str(), values) {
                ("modules", Some(values)) => {
                    let lists =
                        written_out(calls, self.of_least_lists(values), self.host, self.place.site.syntax()?);
                    // A file of its own may say all that a host has beside what is known of all.
                    let nothing = || self.has_own_file.then(|| "[ ]".to_owned());
                    let modules = shared_items(&lists, is_wanted).or_else(nothing)?;
                    lines.push(format!("modules = {};", self.with_folder(&modules)));
                }
                ("specialArgs", _) if are_same && is_local(&value) => {
                    lines.push(binding.syntax().text().to_string());
                }
                ("specialArgs", _) if !special.starts_with("inherit ") => lines.push(special.clone()),
                ("specialArgs", _) => {}
                _ if are_same => {
                    has_platform |= matches!(name.as_str(), "system" | "pkgs");
                    lines.push(format!("{name} = {};", value.syntax().text()));
                }
                _ => {}
            }
        }
        let in_each = |name: &String| others.iter().all(|other| inherited(&other.arguments).contains(name));
        let is_common = |name: &String| (name != "specialArgs" || last.binds(name)) && in_each(name);
        let mut common: Vec<_> = inherited(&last.arguments).into_iter().filter(is_common).collect();
        has_platform |= common.iter().any(|name| name == "system" || name == "pkgs");
        if !lines.iter().any(|line| line.starts_with("modules")) {
            return None;
        }
        let has_special = common.iter().any(|name| name == "specialArgs")
            || lines.iter().any(|line| line.starts_with("specialArgs"));
        match special.strip_prefix("inherit ").and_then(|rest| rest.strip_suffix(';')) {
            _ if has_special => {}
            Some(name) => common.push(name.to_owned()),
            None => lines.push(special),
        }
        if !common.is_empty() {
            lines.insert(0, format!("inherit {};", common.join(" ")));
        }
        let is_said =
            common.iter().any(|it| it == "system") || lines.iter().any(|line| line.starts_with("system = "));
        // What they say may be of the platform that each has of itself.
        let is_mentioned = || self.says_itself(calls, &format!("{PLATFORM} {}", lines.join(" ")));
        if !has_platform || !is_said && is_mentioned() {
            lines.insert(0, PLATFORM.into());
        }
        let rec = if self.says_itself(calls, &lines.join(" ")) { "rec " } else { "" };
        let call = format!("{function} {rec}{{ {} }}", lines.join(" "));
        let lets: Option<Vec<_>> = calls.iter().map(|call| call.lets.clone()).collect();
        match lets {
            Some(lets) => with_lets(&lets, call, &New { host: self.host, ..New::default() }),
            None => Some(call),
        }
    }

    /// Whether the calls are given sets that say of themselves what `bindings` do: `rec { system = …; specialArgs.system = system; }`.
    fn says_itself(&self, calls: &[SystemCall<'_>], bindings: &str) -> bool {
        let (Some(set), Some(at)) = (literal::set_of(bindings), self.place.site.syntax()) else {
            return false;
        };
        let is_rec = |call: &&SystemCall<'_>| call.arguments.rec_token().is_some();
        let (recs, are_all) = (calls.iter().filter(is_rec).count(), calls.iter().all(|it| is_rec(&it)));
        let bound: Vec<_> = set.attrpath_values().filter_map(|it| first_key(&it)).collect();
        let is_bound = |name: &str| is_bound_at(name, at) || calls.iter().any(|call| call.binds(name));
        let free = names_from_around(set.syntax()).into_iter().map(|name| name.to_string());
        free.filter(|name| bound.contains(name)).any(|name| are_all || recs > 0 && !is_bound(&name))
    }

    /// The modules of a sibling that read a file by its name which the new host hasn't, as they are said.
    fn modules_with_own_files(&self) -> BTreeSet<String> {
        let is_beside = |it: &&Sibling<'_>| {
            let file = self.place.term.file.value();
            file.is_some_and(|file| it.node.ancestors().any(|above| above == *file.syntax()))
        };
        let Some(sibling) = self.siblings.iter().rfind(|it| it.is_ordinary() && is_beside(it)) else {
            return BTreeSet::new();
        };
        let Some((_, Expr::AttrSet(arguments))) = sibling.system() else { return BTreeSet::new() };
        let value = |expr: Expr| Value::Term(self.place.term.with(expr));
        let given = value(Expr::AttrSet(arguments.clone()));
        let own = HostFiles { name: sibling.name.clone(), ..self.own.clone() };
        // What says the name itself may be called so by chance.
        let is_missing = |(file, by): &(String, Term)| {
            let renamed = TreePath::new(file.replace(&sibling.name, self.host));
            let is_there = |path: &TreePath| will_be(self.own, path) || self.follower.is_there(path);
            !by.expr.syntax().text().to_string().contains(&sibling.name)
                && !renamed.is_ok_and(|it| is_there(&it))
        };
        let lists = bound(&arguments, "modules").map(|modules| joined_of(&modules)).unwrap_or_default();
        let items = lists.into_iter().flat_map(|list| match list {
            Expr::List(it) => it.items().collect(),
            other => vec![other],
        });
        let reads_own = |module: &Expr| {
            let read = read_by_name(self.follower, &given, &value(module.clone()), &own);
            read.iter().any(is_missing)
        };
        items.filter(reads_own).map(|module| said(&module)).collect()
    }

    /// The same lists, with the name of the list that all of some others have, where one is, for those: what all say of
    /// these is what it says.
    fn of_least_lists(&self, lists: Vec<Expr>) -> Vec<Expr> {
        let items = |part: &Expr| -> Option<BTreeSet<String>> {
            let Expr::Ident(name) = without_parentheses(part.clone()) else { return None };
            match resolve(&name.syntax().text().to_string(), self.place.site.syntax()?)? {
                Expr::List(list) => Some(list.items().map(|item| said(&item)).collect()),
                _ => None,
            }
        };
        let all: Vec<_> = lists.iter().map(joined_of).collect();
        let named = all.iter().flatten().filter_map(|part| Some((said(part), items(part)?)));
        let has_all_of =
            |part: &Expr, least: &BTreeSet<String>| items(part).is_some_and(|it| it.is_superset(least));
        let least = named.filter(|(_, least)| {
            !least.is_empty() && all.iter().all(|parts| parts.iter().any(|part| has_all_of(part, least)))
        });
        let Some((name, least)) = least.max_by_key(|(_, items)| items.len()) else { return lists };
        let text = |part: &Expr| {
            if has_all_of(part, &least) { name.clone() } else { part.syntax().text().to_string() }
        };
        let named = all.iter().map(|parts| {
            let mut parts: Vec<_> = parts.iter().map(text).collect();
            parts.dedup();
            literal::expression(&parts.join(" ++ "))
        });
        named.collect::<Option<_>>().unwrap_or(lists)
    }

    /// Whether a module is said by the host's name, and is not its own file or folder.
    pub(super) fn names_host(&self, module: &Expr) -> bool {
        let text = module.syntax().text().to_string();
        text != self.folder && text.contains(self.host)
    }

    /// The call of `nixosSystem` that a sibling is, with the new name.
    fn call_of<'b>(&self, sibling: &'b Sibling<'_>) -> Option<SystemCall<'b>> {
        let (_, argument) = sibling.system()?;
        let mut value = without_parentheses(sibling.renamed_value(self.host)?);
        if let Some(function) = with_system(&value) {
            value = without_parentheses(function.body()?);
        }
        let mut lets = None;
        if let Expr::LetIn(it) = &value {
            lets = Some(it.clone());
            value = without_parentheses(it.body()?);
        }
        match value {
            Expr::Apply(call) => match call.argument()? {
                Expr::AttrSet(arguments) => Some(SystemCall { name: &sibling.name, lets, arguments }),
                Expr::Ident(_) => self.bound_arguments(sibling, &argument),
                _ => None,
            },
            _ => None,
        }
    }

    /// The same, where `arguments` are bound to a name around it.
    fn bound_arguments<'b>(&self, sibling: &'b Sibling<'_>, arguments: &Expr) -> Option<SystemCall<'b>> {
        let text = rename(&arguments.syntax().text().to_string(), &sibling.name, self.host, true);
        match literal::expression(&text)? {
            Expr::AttrSet(arguments) if arguments.rec_token().is_none() => {
                Some(SystemCall { name: &sibling.name, lets: None, arguments })
            }
            _ => None,
        }
    }

    /// The modules, with the host's own folder if it isn't among them.
    pub(super) fn with_folder(&self, modules: &str) -> String {
        let mut words = modules.split(|c: char| !(c == '-' || c.is_alphanumeric()));
        let mut items = modules.split([' ', '\n', '\t', '[', ']']);
        let has_own = words.any(|it| it == self.host) || items.any(|it| it == self.folder);
        match modules.split_once('[') {
            _ if has_own => modules.to_owned(),
            Some((with, rest)) if with.is_empty() || with.starts_with("with ") => {
                format!("{with}[ {}{rest}", self.folder)
            }
            _ => format!("[ {} ] ++ {modules}", self.folder),
        }
    }
}

/// Whether a module is one that an input of the flake has.
pub(super) fn is_of_input(module: &Expr) -> bool {
    let text = module.syntax().text().to_string();
    matches!(module, Expr::Select(_))
        && text.contains("odules")
        && !text.split('.').any(|part| part == "self")
}

/// Whether a module that is written out gives homes to people.
pub(super) fn gives_homes(module: &Expr) -> bool {
    let mut bindings = module.syntax().descendants().filter_map(AttrpathValue::cast);
    let names_people = bindings.any(|it| keys(&it).iter().flatten().any(|key| key == "users"));
    names_people && module.syntax().text().to_string().contains("home-manager")
}

/// The same lists, written out where each is another by its name alone.
fn written_out(calls: &[SystemCall<'_>], lists: Vec<Expr>, host: &str, at: &SyntaxNode) -> Vec<Expr> {
    let names: BTreeSet<_> = lists.iter().map(said).collect();
    let written = lists.iter().zip(calls).map(|(list, call)| {
        let Expr::Ident(name) = list else { return None };
        let list = resolve(&name.syntax().text().to_string(), at)?;
        let text = rename(&list.syntax().text().to_string(), call.name, host, true);
        literal::expression(&text)
    });
    let written = written.collect::<Option<_>>().filter(|_| names.len() > 1);
    written.unwrap_or(lists)
}

/// A call of `nixosSystem`.
struct SystemCall<'a> {
    /// The host.
    name: &'a str,
    /// The names that it is made with.
    lets: Option<LetIn>,
    /// What it is called with.
    arguments: AttrSet,
}

impl SystemCall<'_> {
    fn binds(&self, name: &str) -> bool {
        self.lets
            .as_ref()
            .is_some_and(|lets| lets.attrpath_values().any(|it| keys(&it) == [Some(name.to_owned())]))
    }
}

/// `call`, behind what all of `lets` bind to the names that it mentions; nothing where they don't bind them alike.
fn with_lets(lets: &[LetIn], call: String, new: &New<'_>) -> Option<String> {
    let (first, _) = lets.split_first()?;
    let mut text = call;
    // What is bound last may mention what is bound before.
    for binding in first.attrpath_values().collect::<Vec<_>>().into_iter().rev() {
        let name = binding.attrpath()?.syntax().text().to_string();
        if !mentions(&text, &name) {
            continue;
        }
        let values = lets.iter().map(|lets| {
            let mut bindings = lets.attrpath_values();
            bindings
                .find(|it| it.attrpath().is_some_and(|path| path.syntax().text() == name.as_str()))?
                .value()
        });
        let value = shared(&values.collect::<Option<Vec<_>>>()?, new, &|_| false)?;
        text = match text.strip_prefix("let ") {
            Some(rest) => format!("let {name} = {value}; {rest}"),
            None => format!("let {name} = {value}; in {text}"),
        };
    }
    Some(text)
}

/// Whether a module says what a machine is, as those of nixos-hardware do and that of microvm's guests, or asks for what
/// each machine says of itself: agenix-rekey asserts that it has a host key, and rekeys no host while one has none.
pub(super) fn is_of_one_machine(module: &Expr) -> bool {
    names_one_machine(&module.syntax().text().to_string())
}

/// The same of what it is called.
pub(crate) fn names_one_machine(module: &str) -> bool {
    const WORDS: [&str; 6] = [
        "nixos-hardware",
        "hardware.nixosModules",
        "raspberry-pi",
        "apple-silicon",
        "microvm.nixosModules.microvm",
        "agenix-rekey",
    ];
    WORDS.iter().any(|word| module.contains(word))
}

/// Whether a name is one of those in a text of Nix.
fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '\''))).any(|word| word == name)
}
