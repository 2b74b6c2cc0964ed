//! What an expression that is not understood in full is seen to reach: whether it may make hosts of what lies in a folder.

use std::collections::BTreeMap;

use rnix::{
    SyntaxKind::{NODE_ATTRPATH, NODE_IDENT_PARAM, NODE_INHERIT, NODE_PAT_BIND, NODE_PAT_ENTRY},
    SyntaxNode,
    ast::{AttrSet, AttrpathValue, BinOpKind, Expr, HasEntry, Inherit, Lambda, LetIn, Param, Select, With},
};
use rowan::ast::AstNode;

use super::{
    by_hand::is_apart,
    harmless::{ARGUMENTS, HARMLESS, PLAIN},
    place::folder::READERS,
};
use crate::{
    nix::{
        find::keys,
        follow::{Follower, Term, Value, application, last_name, update, updated},
        literal,
        scope::{binds, is_rec},
    },
    path::TreePath,
};

/// How many expressions are looked at: what takes more may reach anything.
const LIMIT: usize = 20_000;

/// How deep they nest: what nests deeper may reach anything.
const DEPTH: usize = 96;

/// How often a function calls itself until it is seen to reach nothing else: what takes more is not looked at so.
const TURNS: usize = 16;

/// Whether `term`, where modules of flake-parts are `parts`, may make hosts of what lies in the folder `hosts`: by a path to
/// it or above it, or by a function that isn't written out and is passed the flake.
pub(super) fn may_take(follower: &Follower<'_>, parts: &[Term], term: &Term, hosts: &str) -> bool {
    Reach::of(follower, parts, hosts).may_take(Value::Term(term.clone()), false)
}

/// The calls of `nixosSystem` that such a term is seen to reach, where it may make no hosts of that folder.
pub(super) fn made(follower: &Follower<'_>, parts: &[Term], term: &Term, hosts: &str) -> Vec<Value> {
    let mut reach = Reach::of(follower, parts, hosts);
    let may_take = reach.may_take(Value::Term(term.clone()), false);
    if may_take { Vec::new() } else { reach.made }
}

struct Reach<'a> {
    follower: &'a Follower<'a>,
    parts: &'a [Term],
    hosts: &'a str,
    seen: BTreeMap<(TreePath, usize, bool), Vec<Term>>,
    looked: usize,
    depth: usize,
    made: Vec<Value>,
}

impl<'a> Reach<'a> {
    fn of(follower: &'a Follower<'a>, parts: &'a [Term], hosts: &'a str) -> Self {
        Self { follower, parts, hosts, seen: BTreeMap::new(), looked: 0, depth: 0, made: Vec::new() }
    }

    /// Whether a library that is passed the whole flake may look for the folder: each finds those that are called as it
    /// says, and none says what a folder for agents alone is called.
    fn is_looked_for(&self) -> bool {
        !is_apart(self.hosts)
    }

    /// Looks at what `value` comes to, step by step; `is_passed` where a function that isn't written out is passed that.
    fn may_take(&mut self, value: Value, is_passed: bool) -> bool {
        self.depth += 1;
        let may_take = self.depth > DEPTH || self.may_come_to_take(value, is_passed);
        self.depth -= 1;
        may_take
    }

    fn may_come_to_take(&mut self, mut value: Value, is_passed: bool) -> bool {
        loop {
            self.looked += 1;
            if self.looked > LIMIT {
                return true;
            }
            if let Value::Term(term) = &value
                && self.was_seen(term, is_passed)
            {
                return false;
            }
            let Some(next) = self.follower.next(&value) else { return self.at_end(&value, is_passed) };
            // What is selected from an argument can't be told where that isn't written out.
            if let Some((_, argument)) = application(&value)
                && self.is_computed(&argument)
                && self.may_take(argument, is_passed)
            {
                return true;
            }
            value = next;
        }
    }

    fn was_seen(&mut self, term: &Term, is_passed: bool) -> bool {
        let start = term.expr.syntax().text_range().start().into();
        let seen = self.seen.entry((term.file.path().clone(), start, is_passed)).or_default();
        // A function that calls itself on what lies below reaches nothing else there.
        let is_turn = || {
            let mut others = seen.iter().rev().filter(|other| is_body(&term.expr) && other.expr == term.expr);
            others.next().is_some_and(|last| self.follower.are_turns(last, term))
        };
        let was_seen = seen.iter().any(|other| other.is(term)) || seen.len() < TURNS && is_turn();
        if !was_seen {
            seen.push(term.clone());
        }
        was_seen
    }

    fn is_computed(&self, value: &Value) -> bool {
        let value = self.follower.reduce(value);
        value.term().is_some_and(|term| {
            matches!(term.expr, Expr::Apply(_) | Expr::Select(_) | Expr::BinOp(_) | Expr::IfElse(_))
        })
    }

    /// Looks at what comes to nothing more.
    fn at_end(&mut self, value: &Value, is_passed: bool) -> bool {
        let term = match value {
            Value::Term(term) => term,
            Value::Applied(_) => return self.call(value, is_passed),
            Value::Text(_) => return false,
        };
        match &term.expr {
            Expr::PathRel(_) | Expr::Str(_) => self.path(term, is_passed),
            Expr::BinOp(it) => match it.operator() {
                Some(BinOpKind::Add) => self.path(term, is_passed),
                Some(BinOpKind::PipeLeft | BinOpKind::PipeRight) => self.call(value, is_passed),
                _ => self.each_part(term, is_passed),
            },
            Expr::Apply(_) => self.call(value, is_passed),
            Expr::Select(it) => self.selection(term, it, is_passed),
            Expr::Ident(it) => self.name(term, &it.syntax().text().to_string(), is_passed),
            Expr::AttrSet(it) => self.set(term, it, is_passed),
            _ => self.each_part(term, is_passed),
        }
    }

    fn each_part(&mut self, term: &Term, is_passed: bool) -> bool {
        let parts = parts(term.expr.syntax());
        parts.into_iter().any(|part| self.may_take(Value::Term(term.with(part)), is_passed))
    }

    /// A path: nothing of the folder of hosts but what a name in it says must be mentioned.
    fn path(&mut self, term: &Term, is_passed: bool) -> bool {
        let value = Value::Term(term.clone());
        let takes = match (self.follower.place(&value), self.follower.below(&value)) {
            (Some(place), _) => is_above(&place, self.hosts) || place == self.hosts,
            (None, Some(folder)) => is_above(&folder, self.hosts),
            (None, None) => return self.each_part(term, is_passed),
        };
        takes
            || parts(term.expr.syntax()).into_iter().any(|part| {
                let part = Value::Term(term.with(part));
                let is_base = self.follower.place(&part).or_else(|| self.follower.below(&part)).is_some();
                !is_base && self.may_take(part, is_passed)
            })
    }

    /// A call of a function that isn't written out.
    fn call(&mut self, value: &Value, is_passed: bool) -> bool {
        let Some(call) = self.follower.call(value) else {
            return value.innermost().is_some_and(|term| self.each_part(&term, true));
        };
        // What a host is made of says nothing of which there are.
        if call.name.ends_with("nixosSystem") {
            self.made.push(value.clone());
            return false;
        }
        let is_reader = READERS.contains(&call.name.as_str());
        if is_reader && call.arguments.iter().any(|argument| self.is_read(argument)) {
            return true;
        }
        let is_plain = PLAIN.contains(&call.name.as_str())
            && !call.arguments.first().is_some_and(|function| self.is_foreign(function));
        let is_nixpkgs = call.name == "import"
            && call.arguments.first().is_some_and(|it| {
                let name = self.follower.reduce(it).term().and_then(|it| last_name(&it.expr));
                name.is_some_and(|name| name.starts_with("nixpkgs"))
            });
        let is_passed = is_passed || !(is_plain || is_nixpkgs);
        self.at_end(&self.function(value), false)
            || call.arguments.into_iter().any(|argument| self.may_take(argument, is_passed))
    }

    /// The function that is called, behind all arguments.
    fn function(&self, value: &Value) -> Value {
        let value = self.follower.reduce(value);
        application(&value).map_or(value, |(function, _)| self.function(&function))
    }

    /// Whether a function that reads folders may read the one of hosts, one above or one in it.
    fn is_read(&self, folder: &Value) -> bool {
        match self.follower.place(folder).or_else(|| self.follower.below(folder)) {
            Some(place) => {
                // At the root everything lies in it.
                let is_in = || !self.hosts.is_empty() && is_above(self.hosts, &place);
                is_above(&place, self.hosts) || place == self.hosts || is_in()
            }
            None => true,
        }
    }

    /// Whether an argument may be a function that isn't written out.
    fn is_foreign(&self, argument: &Value) -> bool {
        let argument = self.follower.reduce(argument);
        argument.term().is_some_and(|term| match &term.expr {
            Expr::Select(_) => last_name(&term.expr).is_none_or(|name| !PLAIN.contains(&name.as_str())),
            _ => false,
        })
    }

    fn selection(&mut self, term: &Term, select: &Select, is_passed: bool) -> bool {
        let default = select.default_expr();
        let mut names = select.attrpath().into_iter().flat_map(|path| path.attrs());
        let first = names.next().and_then(|attr| literal::attribute(&attr));
        let Some(base) = select.expr().map(|base| Value::Term(term.with(base))) else { return true };
        let end = self.follower.reduce(&base);
        let text = end.term().map(|term| term.expr.syntax().text().to_string()).unwrap_or_default();
        let takes = match (text.as_str(), first.as_deref().unwrap_or_default()) {
            ("inputs", "self") => self.is_looked_for(),
            ("self" | "inputs.self", first) => self.is_looked_for() && !HARMLESS.contains(&first),
            // The flake's inputs are others.
            _ => self.may_take_named(base, first.as_deref()),
        };
        takes || default.is_some_and(|default| self.may_take(Value::Term(term.with(default)), is_passed))
    }

    /// The same of what is merged of others, where `name` is selected from it: those that are written out without that give
    /// nothing of it.
    fn may_take_named(&mut self, set: Value, name: Option<&str>) -> bool {
        let made = self.follower.reduce(&set);
        let Some((under, over)) = updated(&made).or_else(|| update(made.term()?)) else {
            let lacks = |name| made.set().is_some_and(|(term, set)| self.lacks(term, set, name));
            return !name.is_some_and(lacks) && self.may_take(set, false);
        };
        (self.depth, self.looked) = (self.depth + 1, self.looked + 1);
        let may_take = self.depth > DEPTH
            || self.looked > LIMIT
            || [under, over].into_iter().any(|it| self.may_take_named(it, name));
        self.depth -= 1;
        may_take
    }

    /// Whether all names in a set are told, and none is `name`.
    fn lacks(&self, term: &Term, set: &AttrSet, name: &str) -> bool {
        let inherited: usize = set.inherits().map(|it| it.attrs().count()).sum();
        let names = self.follower.names(term, set);
        names.len() == set.attrpath_values().count() + inherited && names.iter().all(|(it, _)| it != name)
    }

    /// A name whose value can't be told.
    fn name(&mut self, term: &Term, name: &str, is_passed: bool) -> bool {
        let at = term.expr.syntax();
        if name == "self" || name == "inputs" {
            return is_passed && self.is_looked_for();
        }
        // `inherit (x) name;`, where that can't be told.
        let from = at.parent().and_then(Inherit::cast).and_then(|inherit| inherit.from()?.expr());
        if let Some(from) = from {
            return self.may_take(Value::Term(term.with(from)), is_passed);
        }
        for scope in at.ancestors() {
            if let Some(lambda) = Lambda::cast(scope.clone()) {
                if let Some(param) = lambda.param().filter(|param| binds(param, name)) {
                    let is_entry = matches!(param, Param::Pattern(it) if it.pat_entries().any(|it| is_called(it.syntax(), name)));
                    return if is_entry {
                        self.is_of_module(term, &lambda) && self.argument(name)
                    } else {
                        is_passed && self.is_looked_for() && is_of_outputs(&lambda)
                    };
                }
            } else if let Some(with) = With::cast(scope.clone())
                && let Some(names) = with.namespace()
                && !names.syntax().text_range().contains_range(at.text_range())
            {
                if self.may_take(Value::Term(term.with(names)), true) {
                    return true;
                }
            } else {
                let values = match (LetIn::cast(scope.clone()), AttrSet::cast(scope).filter(is_rec)) {
                    (Some(bindings), _) => bound(&bindings, name),
                    (_, Some(bindings)) => bound(&bindings, name),
                    _ => continue,
                };
                if !values.is_empty() {
                    let mut values = values.into_iter().map(|value| Value::Term(term.with(value)));
                    return values.any(|value| self.may_take(value, is_passed));
                }
            }
        }
        false
    }

    /// Whether a function is a module of flake-parts.
    fn is_of_module(&self, term: &Term, lambda: &Lambda) -> bool {
        self.parts.iter().filter(|part| part.file.path() == term.file.path()).any(|part| {
            let function = part.expr.syntax().ancestors().find_map(Lambda::cast);
            function.is_some_and(|function| function == *lambda)
        })
    }

    /// What a module of flake-parts is passed, which another may say.
    fn argument(&mut self, name: &str) -> bool {
        if ARGUMENTS.contains(&name) {
            return false;
        }
        let mut said = Vec::new();
        for part in self.parts {
            for above in [&["_module", "args"][..], &["config", "_module", "args"]] {
                let part = Value::Term(part.clone());
                said.extend(self.follower.lookup(&part, &[above, &[name]].concat()).values);
            }
        }
        said.is_empty() || said.into_iter().any(|value| self.may_take(value, false))
    }

    fn set(&mut self, term: &Term, set: &AttrSet, is_passed: bool) -> bool {
        let is_said_to_modules = |name: &str| matches!(name, "specialArgs" | "extraSpecialArgs");
        let bound = set.attrpath_values().filter(|binding| {
            !keys(binding).last().is_some_and(|key| key.as_deref().is_some_and(is_said_to_modules))
        });
        let values: Vec<_> =
            bound.filter_map(|binding| Some(Value::Term(term.with(binding.value()?)))).collect();
        let names = set.inherits().flat_map(|it| it.attrs().collect::<Vec<_>>());
        let names = names.filter_map(|attr| literal::attribute(&attr)).filter(|it| !is_said_to_modules(it));
        let whole = Value::Term(term.clone());
        let inherited: Vec<_> = names.map(|name| self.follower.lookup(&whole, &[&name]).values).collect();
        values.into_iter().chain(inherited.into_iter().flatten()).any(|it| self.may_take(it, is_passed))
    }
}

/// What a `let` or a `rec` says of a name whose value can't be told: `a.b = …; inherit (x) a;`.
fn bound(entries: &impl HasEntry, name: &str) -> Vec<Expr> {
    let here = entries.attrpath_values().filter(|it| keys(it).first() == Some(&Some(name.into())));
    let is_named = |it: &Inherit| it.attrs().any(|attr| literal::is_attribute(&attr, name));
    let inherits = entries.inherits().filter(is_named).filter_map(|it| it.from()?.expr());
    here.filter_map(|binding| binding.value()).chain(inherits).collect()
}

/// Whether a folder is above another.
fn is_above(folder: &str, other: &str) -> bool {
    folder != other
        && (folder.is_empty() || other.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether an expression is what a function gives.
fn is_body(expr: &Expr) -> bool {
    expr.syntax().parent().is_some_and(|it| Lambda::can_cast(it.kind()))
}

fn is_called(entry: &SyntaxNode, name: &str) -> bool {
    entry.first_child().is_some_and(|ident| ident.text() == name)
}

/// Whether a function is what `outputs` is bound to.
fn is_of_outputs(lambda: &Lambda) -> bool {
    let binding = lambda.syntax().parent().and_then(AttrpathValue::cast);
    binding.is_some_and(|it| keys(&it) == [Some("outputs".to_owned())])
}

/// The expressions that a node is made of, but not the names that it binds.
fn parts(node: &SyntaxNode) -> Vec<Expr> {
    let binds = matches!(node.kind(), NODE_IDENT_PARAM | NODE_PAT_BIND | NODE_PAT_ENTRY);
    let below = node.children().skip(usize::from(binds));
    let below = below.filter(|child| !matches!(child.kind(), NODE_ATTRPATH | NODE_INHERIT));
    let parts = below.flat_map(|child| match Expr::cast(child.clone()) {
        Some(expr) => vec![expr],
        None => parts(&child),
    });
    parts.collect()
}
