//! The lists and sets that functions make hosts of, through the functions that make lists of lists and of sets.

use rnix::ast::{AttrSet, Entry, Expr, HasEntry};
use rowan::ast::AstNode;

use super::{
    Folder, Maker, Place, Said, Search,
    condition::Condition,
    folder,
    via::{Items, Take, Via},
};
use crate::{
    edit::Site,
    flake::unfound::HOSTS,
    nix::{
        find::{first_key, keys},
        follow::{DirEntry, Follower, Term, Value, concatenation, last_name, update, without_parentheses},
        literal,
    },
    path::TreePath,
};

/// How many names lead to an option.
const STEPS: usize = 8;

impl Search<'_> {
    /// The sets whose attributes a function makes hosts of.
    pub(super) fn sets(&mut self, value: &Value, via: &Via) {
        if let Some((by, path)) = self.option_of_modules(value) {
            return self.said(by, path, via);
        }
        let value = self.follower.body(value);
        if let Some(entries) = folder::entries(self.follower, &value) {
            return self.folder(entries, &value, via);
        }
        let Value::Term(term) = &value else { return };
        if let Via::Sets(items) = via
            && let Some(all) = self.sets_of_hosts(&value)
        {
            let made: Option<Vec<_>> =
                all.iter().map(|(name, value)| items.made(self.follower, name, value)).collect();
            return match made {
                Some(sets) => sets.iter().for_each(|set| self.some_hosts(set)),
                None => self.unreadable(term),
            };
        }
        if let Expr::AttrSet(set) = &term.expr {
            self.set(term, set, via.clone());
        } else if let Some((left, right)) = update(term) {
            self.sets(&left, via);
            self.sets(&right, via);
        } else if let Some(call) = self.follower.call(&value) {
            match (call.name.as_str(), call.arguments.as_slice()) {
                ("filterAttrs", [condition, set]) => {
                    self.that(Condition::new(condition), |search| search.sets(set, via));
                }
                ("mapAttrs", [function, set]) => {
                    self.mapped_to(set, via, &|rest| Via::Mapped(function.clone(), rest));
                }
                ("mapAttrs'", [function, set]) => {
                    self.mapped_to(set, via, &|rest| Via::Renamed(function.clone(), rest));
                }
                _ => self.unreadable(term),
            }
        } else if let Some(path) = option(self.follower, term) {
            self.said(term.clone(), path, via);
        } else {
            self.unreadable(term);
        }
    }

    /// The option of what modules of flake-parts offer others, `config.flake.modules.nixos`, where `value` comes to that: what
    /// one of them says to it is not all.
    fn option_of_modules(&self, value: &Value) -> Option<(Term, Vec<String>)> {
        let steps = std::iter::successors(Some(value.clone()), |value| self.follower.next(value)).take(STEPS);
        let mut options =
            steps.filter_map(|value| Some((value.term()?.clone(), option(self.follower, value.term()?)?)));
        options.find(|(_, path)| path.starts_with(&["flake".to_owned(), "modules".to_owned()]))
    }

    /// Takes what modules say to an option for what `via` makes hosts of.
    fn said(&mut self, by: Term, path: Vec<String>, via: &Via) {
        let (via, conditions) = (Via::Said(Box::new(via.clone())), self.conditions.clone());
        self.options.push(Said { by, path, via, conditions });
    }

    /// Hosts, if any are bound: `it.nixosConfigurations or { }` may be nothing.
    fn some_hosts(&mut self, hosts: &Value) {
        // `nixosConfigurations.tower = …;` is no set that could be selected.
        let made = self.follower.body(hosts);
        let of_outputs = made.term().and_then(|term| match &term.expr {
            Expr::Select(it) if last_name(&term.expr).as_deref() == Some(HOSTS) => {
                Some(term.with(it.expr()?))
            }
            _ => None,
        });
        let bound = of_outputs.map(|of| self.follower.lookup(&Value::Term(of), &[HOSTS])).unwrap_or_default();
        if !bound.dotted.is_empty() {
            return self.dotted(bound.dotted, HOSTS, &Via::Host);
        }
        if !self.is_nothing(&made) {
            self.hosts(hosts);
        }
    }

    /// The sets whose attributes `via` makes hosts of, after `change`; what is asked of entries is asked of what that makes.
    fn mapped_to(&mut self, set: &Value, via: &Via, change: &dyn Fn(Box<Via>) -> Via) {
        self.asked(
            |condition| condition.of(change),
            |search| {
                search.sets(set, &change(Box::new(via.clone())));
            },
        );
    }

    /// Looks at what entries are made of, of which `change` makes what conditions ask.
    fn asked(&mut self, change: impl Fn(Condition) -> Condition, look: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.conditions);
        self.conditions = outer.iter().cloned().map(change).collect();
        look(self);
        self.conditions = outer;
    }

    /// Looks at each of what a list has, as far as it is written out.
    pub(super) fn each(&mut self, list: &Value, work: &mut dyn FnMut(&mut Self, &Value)) {
        let list = self.follower.reduce(list);
        let Value::Term(term) = &list else { return work(self, &list) };
        match &term.expr {
            Expr::List(items) => {
                for item in items.items() {
                    work(self, &Value::Term(term.with(item)));
                }
            }
            _ => match (concatenation(term), self.follower.call(&list)) {
                (Some((left, right)), _) => {
                    self.each(&left, work);
                    self.each(&right, work);
                }
                (None, Some(call)) if matches!(call.name.as_str(), "flatten" | "concatLists") => {
                    for list in &call.arguments {
                        self.each(list, work);
                    }
                }
                (None, Some(call)) if call.name == "map" => match self.mapped(&call.arguments) {
                    Some(items) => items.iter().for_each(|item| work(self, item)),
                    // `imports = map (…) (attrNames (readDir ./modules))`, and the like.
                    None => work(self, &list),
                },
                _ => work(self, &list),
            },
        }
    }

    /// Looks at each of the outputs in a list, which may be made by a function that makes one host of an item.
    pub(super) fn each_of_outputs(&mut self, list: &Value) {
        let list = self.follower.reduce(list);
        if let Some((left, right)) = list.term().and_then(concatenation) {
            self.each_of_outputs(&left);
            self.each_of_outputs(&right);
            return;
        }
        let call = self.follower.call(&list).filter(|call| call.name == "map");
        match call.as_ref().map(|call| call.arguments.as_slice()) {
            Some([function, items]) if self.makes_outputs_of_one(function, items) => {
                self.list(items, &Via::Outputs(Items::ALL.behind(function)));
            }
            _ if self.are_calls_for_a_host(&list) => self.list(&list, &Via::Outputs(Items::ALL)),
            _ => self.each(&list, &mut |search, item| search.outputs(item)),
        }
    }

    /// Whether each item of a list is a call that gives outputs with one host, called as the call says.
    fn are_calls_for_a_host(&self, list: &Value) -> bool {
        let is_call = |item: &Value| {
            let expr = item.term().map(|term| without_parentheses(term.expr.clone()));
            matches!(expr, Some(Expr::Apply(_)))
        };
        let is_for_a_host = |item: &Value| {
            let dotted = self.follower.lookup(item, &[HOSTS]).dotted;
            matches!(dotted.as_slice(), [(_, binding)] if keys(binding).last() == Some(&None))
        };
        let items = self.follower.items(list).unwrap_or_default();
        !items.is_empty() && items.iter().all(|item| is_call(item) && is_for_a_host(item))
    }

    /// Whether a function that is written out binds itself what is a host's, for an item of a list.
    fn makes_outputs_of_one(&self, function: &Value, items: &Value) -> bool {
        let Value::Term(function) = self.follower.reduce(function) else { return false };
        let Expr::Lambda(lambda) = &function.expr else { return false };
        let is_in_it = |term: &Term| {
            let body = lambda.body();
            term.bodies().iter().any(|it| Some(&it.expr) == body.as_ref())
        };
        let items = self.items(&self.follower.reduce(items)).unwrap_or_default();
        items.into_iter().any(|item| {
            let made = self.follower.apply(&Value::Term(function.clone()), item);
            let bound = made.map(|made| self.follower.lookup(&made, &[HOSTS]));
            bound.is_some_and(|bound| bound.dotted.iter().any(|(term, _)| is_in_it(term)))
        })
    }

    /// What a function gives for each item of a list, where both are written out.
    fn mapped(&self, arguments: &[Value]) -> Option<Vec<Value>> {
        let [function, list] = arguments else { return None };
        let list = self.follower.reduce(list);
        let term = list.term()?;
        let Expr::List(items) = &term.expr else { return None };
        let made = items.items().map(|item| {
            let item = Value::Term(term.with(item));
            let made = self.follower.reduce(&Value::applied(function.clone(), item));
            (!matches!(made, Value::Applied(_))).then_some(made)
        });
        made.collect()
    }

    /// What `foldl'` does to each item of a list, where it starts with nothing: it merges it
    /// over what is there, or a set that it makes of it.
    pub(super) fn fold(&self, function: &Value, first: &Value) -> Option<Items> {
        let first = self.follower.reduce(first);
        self.is_nothing(&first).then_some(())?;
        let function = self.follower.reduce(function);
        let is_written = function.term().is_some_and(|term| matches!(term.expr, Expr::Lambda(_)));
        Some(if is_written { Items::ALL.behind(&Value::applied(function, first)) } else { Items::ALL })
    }

    /// A call that gives a set with a single host.
    pub(super) fn call_of_one(&mut self, call: &Term) {
        self.places.found.push(Place {
            term: call.clone(),
            site: Site::Over(call.expr.syntax().clone()),
            via: Via::Sets(Items::ALL),
            prefix: 0,
            opening: "",
            conditions: self.conditions.clone(),
        });
    }

    fn folder(&mut self, entries: folder::Entries, reader: &Value, via: &Via) {
        if let Some(sets) = self.sets_of_folders(&entries, via) {
            return sets.iter().for_each(|set| self.some_hosts(set));
        }
        let folder::Entries { path, mut conditions, reader: own } = entries;
        conditions.extend(self.conditions.iter().cloned());
        let reader = reader.term().cloned().unwrap_or(own);
        self.places.folders.push(Folder { path, reader, maker: Maker::Via(via.clone()), conditions });
    }

    pub(super) fn is_nothing(&self, set: &Value) -> bool {
        self.follower.reduce(set).set().is_some_and(|(_, set)| set.entries().next().is_none())
    }

    /// The lists whose items a function makes hosts of.
    pub(super) fn list(&mut self, value: &Value, via: &Via) {
        let value = self.follower.body(value);
        if let Some(entries) = folder::names(self.follower, &value)
            && let Some(via) = via.with(|items| items.taking(Take::Name))
        {
            let of_name = |condition: Condition| condition.made_of(|items| items.taking(Take::Name));
            return self.asked(of_name, |search| search.folder(entries, &value, &via));
        }
        if let Value::Term(term) = &value {
            if let Expr::List(list) = &term.expr {
                return self.push_list(term, list, via);
            }
            if let Some((left, right)) = concatenation(term) {
                self.list(&left, via);
                self.list(&right, via);
                return;
            }
        }
        let call = self.follower.call(&value);
        let parts = call.as_ref().map(|call| (call.name.as_str(), call.arguments.as_slice()));
        match parts {
            Some(("filter", [condition, list])) => {
                self.that(Condition::of_items(condition), |search| search.list(list, via));
            }
            Some(("sort", [_, list])) => self.list(list, via),
            Some(("map", [function, list])) => match self.sets_of_platforms(function, list, via) {
                Some(sets) => sets.iter().for_each(|set| self.some_hosts(set)),
                None => self.made_of(list, via, |items| items.behind(function)),
            },
            Some(("attrNames", [set])) => self.taken_of(set, via, &Take::Name),
            Some(("attrValues", [set])) => self.taken_of(set, via, &Take::Value),
            Some(("mapAttrsToList", [function, set])) => {
                self.taken_of(set, via, &Take::Both(function.clone()));
            }
            Some(("concatMap", [function, list])) => self.lists_of(list, Some(function), via),
            Some(("concatLists" | "flatten", [list])) => self.lists_of(list, None, via),
            _ => self.unreadable_value(&value),
        }
    }

    /// The list whose items `via` makes hosts of, after `change`.
    fn made_of(&mut self, list: &Value, via: &Via, change: impl Fn(&Items) -> Items) {
        match via.with(&change) {
            Some(via) => {
                self.asked(|condition| condition.made_of(&change), |search| search.list(list, &via));
            }
            None => self.unreadable_value(list),
        }
    }

    /// The set of which `via` makes hosts of what `take` says.
    fn taken_of(&mut self, set: &Value, via: &Via, take: &Take) {
        let change = |items: &Items| items.taking(take.clone());
        match via.with(change) {
            Some(via) => self.asked(|condition| condition.made_of(change), |search| search.sets(set, &via)),
            None => self.unreadable_value(set),
        }
    }

    /// The lists that are the items of a list, or that a function gives for each of them.
    fn lists_of(&mut self, lists: &Value, function: Option<&Value>, via: &Via) {
        let lists = self.follower.body(lists);
        if let (None, Some(call)) = (function, self.follower.call(&lists))
            && let ("map", [function, list]) = (call.name.as_str(), call.arguments.as_slice())
        {
            return self.lists_of(list, Some(function), via);
        }
        let Some(items) = self.items(&lists) else { return self.unreadable_value(&lists) };
        for item in items {
            match function.map_or(Some(item.clone()), |function| self.follower.apply(function, item)) {
                Some(list) => self.list(&list, via),
                None => self.unreadable_value(&lists),
            }
        }
    }

    /// The items of a list that is written out, or of one of the folders in a folder.
    pub(super) fn items(&self, list: &Value) -> Option<Vec<Value>> {
        if let Some(folder::Entries { path, conditions, .. }) = folder::names(self.follower, list) {
            let entries = self.follower.entries(&TreePath::new(path).ok()?).into_iter();
            let wanted = |entry: &DirEntry| folder::passes(self.follower, &conditions, entry) != Some(false);
            let folders = entries.filter(|entry| entry.is_folder && wanted(entry));
            return Some(folders.map(|folder| Value::Text(folder.name)).collect());
        }
        let term = list.term()?;
        let Expr::List(items) = &term.expr else { return None };
        Some(items.items().map(|item| Value::Term(term.with(item))).collect())
    }
}

/// Whether `set`, in the body of a function, is what `call` makes of one name: there is no place in it for another.
pub(in crate::flake) fn is_of_a_call(call: &Term, body: &Term, set: &AttrSet) -> bool {
    let mut entries = set.entries();
    let is_named = |entry| match entry {
        Entry::AttrpathValue(binding) => first_key(&binding).is_none(),
        Entry::Inherit(_) => false,
    };
    matches!(call.expr, Expr::Apply(_))
        && body.bodies().len() > call.bodies().len()
        && entries.next().is_some_and(is_named)
        && entries.next().is_none()
}

/// The path of the option of a module that `term` reads: `config.fleet.hosts`, or `cfg.hosts` where that is `config.fleet`.
fn option(follower: &Follower<'_>, term: &Term) -> Option<Vec<String>> {
    let Expr::Select(select) = &term.expr else { return None };
    let attrs = select.attrpath()?.attrs().map(|attr| literal::attribute(&attr));
    let below: Vec<String> = attrs.collect::<Option<_>>()?;
    let base = follower.reduce(&Value::Term(term.with(select.expr()?)));
    let base = base.term()?;
    let mut path = match &base.expr {
        Expr::Ident(name) if name.syntax().text() == "config" => Vec::new(),
        _ => option(follower, base)?,
    };
    path.extend(below);
    Some(path)
}
