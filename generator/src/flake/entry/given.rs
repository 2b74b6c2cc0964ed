//! What all hosts are given, wherever it is said, and a new one has, too: modules, and packages.

use std::collections::BTreeSet;

use rnix::{
    SyntaxNode,
    ast::{Apply, AttrSet, AttrpathValue, Expr, HasEntry, Ident, Lambda, List},
};
use rowan::ast::AstNode;

use super::{
    alike::{gives_homes, is_of_one_machine},
    carried::{PLATFORM, carried},
    flake_wide::{asks_for_more, is_flake_wide, is_of_input, is_of_itself},
    passed::{given_to_system, in_all, is_called_so, is_of_host},
};
use crate::{
    edit::Site,
    flake::place::Place,
    host_file::HostFiles,
    nix::{
        find::keys,
        follow::{Follower, Term, Value, called, concatenation},
        scope::{binder, is_bound_at, names_from_around},
    },
    path::TreePath,
};

/// What a list, or a folder among those of hosts, is called that is nobody's own.
const OF_ALL: [&str; 5] = ["common", "shared", "base", "default", "global"];

/// What a file is called beside the folders of hosts that is no host's own, either.
const OF_ALL_BESIDE: &str = "configuration";

/// How many names lead to a list.
const STEPS: usize = 8;

/// What a host is given, as it is said where a new one goes.
#[derive(Clone, PartialEq)]
enum Given {
    Module(String),
    /// A list of modules, by its name.
    List(String),
}

/// The list of the modules that all `hosts` are given, as it is said at `place`; `passed` are the names of what they are
/// passed, and `own` the files of a new one.
///
/// What a single host has may be of it alone, unless what makes hosts says it, or a name that tells so.
pub(super) fn modules(
    follower: &Follower<'_>,
    hosts: &[(Option<&str>, Value)],
    place: &Place,
    passed: &BTreeSet<String>,
    own: &HostFiles,
) -> Option<String> {
    let (at, is_single) = (place.site.syntax()?, hosts.len() == 1);
    let names = hosts.iter().filter_map(|(name, _)| *name).collect();
    let folder = own.folder.parent();
    let mut giving = Giving { follower, place, at, passed, folder, names, is_single, lists: None };
    let all = |giving: &Giving<'_>| {
        let given = hosts.iter().map(|(_, host)| {
            let modules = given_to_system(follower, host, "modules");
            modules.map(|modules| giving.of(&modules, STEPS)).unwrap_or_default()
        });
        in_all(given)
    };
    // Of a list that only some have, what is in it may be in each.
    giving.lists = Some(all(&giving).into_iter().filter(|it| matches!(it, Given::List(_))).collect());
    let (mut modules, mut lists) = (Vec::new(), Vec::new());
    for it in all(&giving) {
        match it {
            Given::Module(text) => modules.push(text),
            Given::List(name) => lists.push(name),
        }
    }
    if !modules.is_empty() {
        lists.insert(0, format!("[ {} ]", modules.join(" ")));
    }
    (!lists.is_empty()).then(|| lists.join(" ++ "))
}

/// The binding of the packages that all hosts are given by a name, where these are for a new host's platform.
pub(super) fn packages(
    follower: &Follower<'_>,
    hosts: &[(Option<&str>, Value)],
    place: &Place,
) -> Option<String> {
    let at = place.site.syntax()?;
    let theirs = hosts.iter().map(|(_, host)| {
        let call = follower.call(&follower.body(host)).filter(|call| call.name.ends_with("nixosSystem"))?;
        let bound = follower.lookup(call.arguments.first()?, &["pkgs"]);
        let ([pkgs], [written]) = (bound.values.as_slice(), bound.written.as_slice()) else { return None };
        if !is_of_platform(follower, pkgs) {
            return None;
        }
        if is_bound_at("pkgs", at) && is_called_so(follower, pkgs, "pkgs", at, place) {
            return Some("inherit pkgs;".to_owned());
        }
        let (said, text) = carried(follower, written, place)?;
        is_short(&said.expr).then(|| format!("pkgs = {text};"))
    });
    let theirs: Option<Vec<_>> = theirs.collect();
    let (first, others) = theirs.as_ref()?.split_first()?;
    others.iter().all(|other| other == first).then(|| first.clone())
}

/// Whether what makes all hosts is an expression that a new one is merged over.
pub(super) fn is_merged_over(place: &Place) -> bool {
    matches!(place.site, Site::Over(_) | Site::Under(_))
}

/// Whether packages are a name, or what a function gives for one: `packagesFor system`.
fn is_short(packages: &Expr) -> bool {
    match packages {
        Expr::Ident(_) | Expr::Select(_) => true,
        Expr::Apply(call) => [call.lambda(), call.argument()].iter().flatten().all(is_short),
        _ => false,
    }
}

/// Whether packages are seen to be those of a new host's platform: `import nixpkgs { system = "x86_64-linux"; }`, or
/// `nixpkgs.legacyPackages.x86_64-linux`.
fn is_of_platform(follower: &Follower<'_>, pkgs: &Value) -> bool {
    let Some(term) = pkgs.term() else { return false };
    if let Expr::Select(it) = &term.expr {
        let attrs = it.attrpath().into_iter().flat_map(|path| path.attrs().collect::<Vec<_>>());
        return attrs.into_iter().any(|it| follower.attribute(term, &it).as_deref() == Some(PLATFORM));
    }
    let call = follower.call(pkgs).filter(|call| call.name == "import");
    let system = call.and_then(|call| follower.select(call.arguments.get(1)?, &["system"]));
    system.and_then(|system| follower.text(&system)).as_deref() == Some(PLATFORM)
}

/// What tells which modules a new host at a place is given.
struct Giving<'a> {
    follower: &'a Follower<'a>,
    place: &'a Place,
    at: &'a SyntaxNode,
    passed: &'a BTreeSet<String>,
    /// The folder of hosts, and what those are called that are there.
    folder: TreePath,
    names: Vec<&'a str>,
    is_single: bool,
    /// The lists that go by their names, where that is known.
    lists: Option<Vec<Given>>,
}

impl Giving<'_> {
    /// What there is in a list of modules.
    fn of(&self, modules: &Value, steps: usize) -> Vec<Given> {
        let Some(term) = modules.term().filter(|_| steps > 0) else { return Vec::new() };
        if let Some((left, right)) = concatenation(term) {
            return [left, right].iter().flat_map(|side| self.of(side, steps)).collect();
        }
        if let Expr::List(list) = &term.expr {
            return list.items().flat_map(|item| self.item(&term.with(item), steps - 1)).collect();
        }
        let list = self.list(term).or_else(|| self.list_from_outside(term)).map(Given::List);
        if let Some(list) = list.filter(|it| self.lists.as_ref().is_none_or(|lists| lists.contains(it))) {
            return vec![list];
        }
        match self.follower.next(modules) {
            Some(next) => self.of(&next, steps - 1),
            None => self.of_call(modules, steps - 1),
        }
    }

    /// What there is in a list that a function gives: of lists, of a module alone, or on a condition that holds.
    fn of_call(&self, modules: &Value, steps: usize) -> Vec<Given> {
        let Some(call) = self.follower.call(modules) else { return Vec::new() };
        let holds = |condition: &Value| self.follower.truth(condition) == Some(true);
        let module = |it: &Value| it.term().and_then(|it| self.module(it)).into_iter().collect();
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("concatLists", [lists]) => self.of_each(lists, &|list| self.of(list, steps)),
            ("flatten", [lists]) => self.of_each(lists, &|it| self.flattened(it, steps)),
            ("singleton", [it]) => module(it),
            ("optional", [condition, it]) if holds(condition) => module(it),
            ("optionals", [condition, list]) if holds(condition) => self.of(list, steps),
            _ => Vec::new(),
        }
    }

    fn of_each(&self, lists: &Value, of: &dyn Fn(&Value) -> Vec<Given>) -> Vec<Given> {
        match self.follower.reduce(lists) {
            Value::Term(term) => match &term.expr {
                Expr::List(list) => list.items().flat_map(|it| of(&Value::Term(term.with(it)))).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// What there is in a list, or a module, in one that is flattened.
    fn flattened(&self, it: &Value, steps: usize) -> Vec<Given> {
        let Some(steps) = steps.checked_sub(1) else { return Vec::new() };
        let reduced = self.follower.reduce(it);
        match reduced.term().map(|term| &term.expr) {
            Some(Expr::List(_)) => self.of_each(&reduced, &|it| self.flattened(it, steps)),
            Some(Expr::Apply(_) | Expr::BinOp(_)) => self.of(&reduced, steps),
            _ => it.term().and_then(|it| self.module(it)).into_iter().collect(),
        }
    }

    /// The name of a list of nothing but what a new host may have, which is called so where that goes.
    fn list(&self, term: &Term) -> Option<String> {
        let Expr::Ident(name) = &term.expr else { return None };
        let name = name.to_string();
        let list = self.follower.reduce(&Value::Term(term.clone()));
        let lower = name.to_lowercase();
        let is_of_all = !self.is_single || OF_ALL.iter().any(|word| lower.contains(word));
        let is_flake_wide = !is_of_host(&name) && is_of_all && self.is_of_all(&list);
        let is_its = !is_flake_wide && !self.is_of_others(term, &name, &list);
        (!is_its && is_called_so(self.follower, &list, &name, self.at, self.place)).then_some(name)
    }

    /// A list that the single host has by the name of what the function around all hosts, in a file of theirs, is given: what
    /// that is was known before any host.
    fn list_from_outside(&self, term: &Term) -> Option<String> {
        let is_name = matches!(term.expr, Expr::Ident(_) | Expr::Select(_)) && self.is_single;
        let names = names_from_around(term.expr.syntax());
        let is_given = |name: &Ident| {
            let binder = binder(&name.to_string(), name.syntax()).and_then(Lambda::cast);
            let is_file = |it: &Lambda| term.file.value().is_some_and(|file| file.syntax() == it.syntax());
            !is_of_host(&name.to_string()) && binder.as_ref().is_some_and(is_file)
        };
        let is_from_outside = is_name && !names.is_empty() && names.iter().all(is_given);
        carried(self.follower, &Value::Term(term.clone()), self.place)
            .filter(|(said, _)| is_from_outside && said.expr == term.expr)
            .map(|(_, text)| text)
    }

    /// Whether the list that the single host has by its name is named by what makes others, too, and nothing in it is of one
    /// machine: what it says is known once it is read among the new one's.
    fn is_of_others(&self, term: &Term, name: &str, list: &Value) -> bool {
        let (node, Some((list_term, Expr::List(items)))) =
            (term.expr.syntax(), list.term().map(|term| (term, &term.expr)))
        else {
            return false;
        };
        let (Some(bound), own) = (binder(name, node), modules_around(node)) else { return false };
        let named = bound.descendants().filter_map(Ident::cast).filter(|it| it.to_string() == name);
        let named = named.filter(|it| binder(name, it.syntax()).as_ref() == Some(&bound));
        let mut others =
            named.filter_map(|it| modules_around(it.syntax())).filter(|it| Some(it) != own.as_ref());
        let is_soft = |item: Expr| {
            let is_doubted = is_of_one_machine(&item) || gives_homes(&item);
            !is_doubted && !self.lies_among_hosts(&Value::Term(list_term.with(item)))
        };
        self.is_single && own.is_some() && others.next().is_some() && items.items().all(is_soft)
    }

    fn is_of_all(&self, list: &Value) -> bool {
        let Some((term, Expr::List(list))) = list.term().map(|term| (term, &term.expr)) else { return false };
        let is_fit = |item: Expr| {
            is_of_input(&item) || is_flake_wide(self.follower, &Value::Term(term.with(item)), self.passed)
        };
        list.items().next().is_some() && list.items().all(is_fit)
    }

    /// A module in a list; of one that can't be said again, as it names the host that it is written for, what it imports.
    fn item(&self, term: &Term, steps: usize) -> Vec<Given> {
        if let Some(module) = self.module(term) {
            return vec![module];
        }
        let value = Value::Term(term.clone());
        if !self.is_of_any() || self.follower.place(&value).is_some() {
            return Vec::new();
        }
        let imports = self.follower.lookup(&self.follower.body(&value), &["imports"]);
        imports.written.iter().flat_map(|it| self.of(it, steps)).collect()
    }

    fn module(&self, term: &Term) -> Option<Given> {
        let value = Value::Term(term.clone());
        if !self.is_fit(&value, term) {
            return None;
        }
        let (said, text) = carried(self.follower, &value, self.place)?;
        let is_empty = matches!(&said.expr, Expr::AttrSet(set) if set.entries().next().is_none());
        // What a file says as a whole is not said once more.
        if is_empty || said.file.value().as_ref() == Some(&said.expr) {
            return None;
        }
        if self.is_of_any() && asks_for_more(self.follower, &said.expr, self.passed) {
            return None;
        }
        let is_item =
            !matches!(said.expr, Expr::Apply(_) | Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::HasAttr(_));
        Some(Given::Module(if is_item { text } else { format!("({text})") }))
    }

    /// Whether a new host may have a module: of a single host it must be one that what makes it gives, and flake-wide; of what
    /// several have more is known once it is read among the new one's.
    fn is_fit(&self, module: &Value, term: &Term) -> bool {
        let is_of_builder = || self.is_of_builder(term.expr.syntax());
        if self.is_single && !(self.is_of_any() && is_of_builder()) {
            return is_of_builder() && is_flake_wide(self.follower, module, self.passed)
                || self.lies_beside_hosts(module, term);
        }
        let is_doubted = is_of_one_machine(&term.expr) || gives_homes(&term.expr);
        let may_be_read = !self.is_single || !self.is_unread(module);
        !is_doubted && may_be_read && !self.lies_among_hosts(module)
    }

    /// Whether a module can't be read, and is none that an input offers.
    fn is_unread(&self, module: &Value) -> bool {
        let module = self.follower.reduce(module);
        module.term().is_none_or(|term| match &term.expr {
            Expr::Select(it) if is_of_itself(&it.to_string()) => {
                self.follower.bound_below(term, "imports").is_empty()
            }
            Expr::Select(_) => !is_of_input(&term.expr),
            _ => false,
        })
    }

    /// Whether the host is whichever the expression makes that the new one's is merged over.
    fn is_of_any(&self) -> bool {
        self.names.is_empty() && is_merged_over(self.place)
    }

    /// Whether a module lies in the folder of hosts, in a folder that isn't called as that of all or in a file called as one
    /// of them.
    fn lies_among_hosts(&self, module: &Value) -> bool {
        let place = self.follower.place(module).and_then(|place| TreePath::new(place).ok());
        let folder = self.folder.as_str();
        let place = place.filter(|it| !self.folder.is_root() && it.is_below(folder));
        place.is_some_and(|place| {
            let below = place.as_str().strip_prefix(folder).unwrap_or_default();
            let first = below.split('/').nth(1).unwrap_or_default();
            match first.strip_suffix(".nix") {
                Some(name) => self.names.contains(&name),
                None => !OF_ALL.iter().any(|word| first.contains(word)),
            }
        })
    }

    /// Whether the module of a single host lies beside the folder in which the list of them names its own, and is called as
    /// what is for all.
    fn lies_beside_hosts(&self, module: &Value, term: &Term) -> bool {
        let below = |module: &Value| {
            let place = TreePath::new(self.follower.place(module)?).ok()?;
            let below = place.as_str().strip_prefix(self.folder.as_str())?.strip_prefix('/')?;
            TreePath::new(below).ok().filter(|_| !self.folder.is_root())
        };
        let Some(list) = term.expr.syntax().parent().and_then(List::cast) else { return false };
        let others = list.items().map(|item| Value::Term(term.with(item)));
        let is_its_folder = |below: &TreePath| below.as_str().contains('/') || !below.has_extension("nix");
        let is_of_all = |below: &TreePath| {
            let mut words = OF_ALL.iter().chain([&OF_ALL_BESIDE]);
            !is_its_folder(below) && words.any(|word| below.as_str().contains(word))
        };
        below(module).is_some_and(|it| is_of_all(&it))
            && others.filter_map(|other| below(&other)).any(|it| is_its_folder(&it))
    }

    /// Whether a function has `node` that isn't around the new host, and that none of the hosts has.
    fn is_of_builder(&self, node: &SyntaxNode) -> bool {
        let hosts = self.at.ancestors().find_map(AttrSet::cast).filter(|_| !is_merged_over(self.place));
        let has =
            |outer: &SyntaxNode, inner: &SyntaxNode| outer.text_range().contains_range(inner.text_range());
        let is_around =
            |it: &SyntaxNode| has(it, self.at) || hosts.as_ref().is_some_and(|hosts| has(hosts.syntax(), it));
        node.ancestors().filter_map(Lambda::cast).any(|it| !is_around(it.syntax()))
    }
}

/// What `nixosSystem` is given as `modules`, around `node`.
fn modules_around(node: &SyntaxNode) -> Option<AttrpathValue> {
    let binding = node
        .ancestors()
        .filter_map(AttrpathValue::cast)
        .find(|it| keys(it) == [Some("modules".to_owned())])?;
    let call = binding.syntax().parent()?.parent().and_then(Apply::cast)?;
    called(&call)?.ends_with("nixosSystem").then_some(binding)
}
