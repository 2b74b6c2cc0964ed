//! What all hosts are given, wherever it is said, and a new one has, too: modules, and packages.

use std::collections::BTreeSet;

use rnix::{
    SyntaxNode,
    ast::{AttrSet, Expr, HasEntry, Ident, Lambda, List},
};
use rowan::ast::AstNode;

use super::{
    alike::{gives_homes, is_of_one_machine},
    carried::{PLATFORM, carried},
    flake_wide::{is_flake_wide, is_of_input},
    passed::{given_to_system, in_all, is_called_so, is_of_host},
};
use crate::{
    flake::place::Place,
    host_file::HostFiles,
    nix::{
        follow::{Follower, Term, Value, concatenation},
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
    let giving = Giving { follower, place, at, passed, folder: own.folder.parent(), is_single };
    let given = hosts.iter().map(|(_, host)| {
        let modules = given_to_system(follower, host, "modules");
        modules.map(|modules| giving.of(&modules, STEPS)).unwrap_or_default()
    });
    let (mut modules, mut lists) = (Vec::new(), Vec::new());
    for it in in_all(given) {
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
    /// The folder of hosts.
    folder: TreePath,
    is_single: bool,
}

impl Giving<'_> {
    /// What there is in a list of modules.
    fn of(&self, modules: &Value, steps: usize) -> Vec<Given> {
        let Some(term) = modules.term().filter(|_| steps > 0) else { return Vec::new() };
        if let Some((left, right)) = concatenation(term) {
            return [left, right].iter().flat_map(|side| self.of(side, steps)).collect();
        }
        if let Expr::List(list) = &term.expr {
            return list.items().filter_map(|item| self.module(&term.with(item))).collect();
        }
        if let Some(name) = self.list(term).or_else(|| self.list_from_outside(term)) {
            return vec![Given::List(name)];
        }
        self.follower.next(modules).map(|next| self.of(&next, steps - 1)).unwrap_or_default()
    }

    /// The name of a list of nothing but what a new host may have, which is called so where that goes.
    fn list(&self, term: &Term) -> Option<String> {
        let Expr::Ident(name) = &term.expr else { return None };
        let name = name.to_string();
        let list = self.follower.reduce(&Value::Term(term.clone()));
        let lower = name.to_lowercase();
        let is_of_all = !self.is_single || OF_ALL.iter().any(|word| lower.contains(word));
        let is_its = is_of_host(&name) || !is_of_all || !self.is_of_all(&list);
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

    fn is_of_all(&self, list: &Value) -> bool {
        let Some((term, Expr::List(list))) = list.term().map(|term| (term, &term.expr)) else { return false };
        let is_fit = |item: Expr| {
            is_of_input(&item) || is_flake_wide(self.follower, &Value::Term(term.with(item)), self.passed)
        };
        list.items().next().is_some() && list.items().all(is_fit)
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
        let is_item =
            !matches!(said.expr, Expr::Apply(_) | Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::HasAttr(_));
        Some(Given::Module(if is_item { text } else { format!("({text})") }))
    }

    /// Whether a new host may have a module: of a single host it must be one that what makes it gives, and flake-wide; of what
    /// several have more is known once it is read among the new one's.
    fn is_fit(&self, module: &Value, term: &Term) -> bool {
        if self.is_single {
            let is_of_builder = || self.is_of_builder(term.expr.syntax());
            return is_of_builder() && is_flake_wide(self.follower, module, self.passed)
                || self.lies_beside_hosts(module, term);
        }
        !is_of_one_machine(&term.expr) && !gives_homes(&term.expr) && !self.lies_among_hosts(module)
    }

    /// Whether a module lies in the folder of hosts, in what isn't called as that of all.
    fn lies_among_hosts(&self, module: &Value) -> bool {
        let place = self.follower.place(module).and_then(|place| TreePath::new(place).ok());
        let folder = self.folder.as_str();
        let place = place.filter(|it| !self.folder.is_root() && it.is_below(folder));
        place.is_some_and(|place| {
            let below = place.as_str().strip_prefix(folder).unwrap_or_default();
            let first = below.split('/').nth(1).unwrap_or_default();
            !OF_ALL.iter().any(|word| first.contains(word))
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
        let hosts = self.at.ancestors().find_map(AttrSet::cast);
        let has =
            |outer: &SyntaxNode, inner: &SyntaxNode| outer.text_range().contains_range(inner.text_range());
        let is_around =
            |it: &SyntaxNode| has(it, self.at) || hosts.as_ref().is_some_and(|hosts| has(hosts.syntax(), it));
        node.ancestors().filter_map(Lambda::cast).any(|it| !is_around(it.syntax()))
    }
}
