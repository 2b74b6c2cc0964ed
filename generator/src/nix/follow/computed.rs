//! Sets that functions of nixpkgs and Nix give, where what these are given is known.

use rnix::ast::{BinOpKind, Expr, Lambda};
use rowan::ast::AstNode;

use super::{Follower, Value, last_name};
use crate::path::TreePath;

impl Follower<'_> {
    /// The names and the values of a set that a function gives; nothing where not all of them are known.
    #[must_use]
    pub fn attributes(&self, value: &Value) -> Option<Vec<(String, Value)>> {
        self.deeper(|| self.attributes_of(&self.reduce(value)))
    }

    fn attributes_of(&self, value: &Value) -> Option<Vec<(String, Value)>> {
        if let Some((term, set)) = value.set() {
            let names = self.names(term, set).into_iter();
            return names.map(|(name, _)| Some((name.clone(), self.select(value, &[&name])?))).collect();
        }
        let call = self.call(value)?;
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("readDir", [folder]) => {
                let folder = TreePath::new(self.place(folder)?).ok()?;
                let entries = self.entries(&folder).into_iter();
                Some(entries.map(|entry| (entry.name.clone(), entry.kind())).collect())
            }
            ("mapAttrs", [function, set]) => {
                let all = self.attributes(set)?.into_iter();
                Some(all.map(|(name, value)| (name.clone(), of_both(function, name, value))).collect())
            }
            ("mapAttrs'", [function, set]) => {
                let all = self.attributes(set)?.into_iter();
                all.map(|(name, value)| self.pair(&of_both(function, name, value))).collect()
            }
            ("filterAttrs", [condition, set]) => {
                let mut taken = Vec::new();
                for (name, value) in self.attributes(set)? {
                    if self.truth(&of_both(condition, name.clone(), value.clone()))? {
                        taken.push((name, value));
                    }
                }
                Some(taken)
            }
            ("genAttrs", [names, function]) => {
                let names = self.items(names)?.into_iter().map(|name| self.text(&name));
                names
                    .map(|name| Some((name.clone()?, Value::applied(function.clone(), Value::Text(name?)))))
                    .collect()
            }
            ("listToAttrs", [list]) => self.items(list)?.iter().map(|item| self.pair(item)).collect(),
            ("load", [arguments]) => self.loaded(arguments),
            ("head", [list]) => self.attributes(&self.head(list)?),
            // What it is given is the set itself.
            ("makeExtensible" | "fix", [function]) => {
                self.attributes(&Value::applied(function.clone(), value.clone()))
            }
            _ => None,
        }
    }

    /// What haumea loads from a folder without others in it: what each file gives for `inputs`, by its name.
    fn loaded(&self, arguments: &Value) -> Option<Vec<(String, Value)>> {
        if ["loader", "transformer"].iter().any(|name| self.lookup(arguments, &[name]).is_bound()) {
            return None;
        }
        let folder = TreePath::new(self.place(&self.select(arguments, &["src"])?)?).ok()?;
        let inputs = self.select(arguments, &["inputs"])?;
        let mut loaded = Vec::new();
        for entry in self.entries(&folder) {
            if entry.is_folder {
                return None;
            }
            let Some(name) = entry.name.strip_suffix(".nix").filter(|name| !name.starts_with('_')) else {
                continue;
            };
            let file = self.file(&folder.join(&entry.name))?;
            let value = self.apply(&file, inputs.clone()).unwrap_or(file);
            loaded.push((name.to_owned(), value));
        }
        Some(loaded)
    }

    /// The first item of a list, also where only what each of them comes to is known: `attrValues (genAttrs systems f)`.
    fn head(&self, list: &Value) -> Option<Value> {
        let of_each = || {
            let values = self.call(list).filter(|call| call.name == "attrValues")?;
            let set = self.call(values.arguments.first()?).filter(|call| call.name == "genAttrs")?;
            Some(self.body(set.arguments.get(1)?))
        };
        self.items(list).map_or_else(of_each, |items| items.into_iter().next())
    }

    /// The sets that a fold over a list merges, the one that wins last; and whether what others have below a name stays.
    pub(super) fn folded(&self, value: &Value) -> Option<(Vec<Value>, bool)> {
        let call = self.call(value)?;
        match (call.name.as_str(), call.arguments.as_slice()) {
            ("foldl'" | "foldl" | "foldr", [function, first, list]) if self.merges(function) => {
                Some(([vec![first.clone()], self.items(list)?].concat(), false))
            }
            ("foldl'" | "foldl", [function, first, list]) => {
                let is_deep = self.merges_what_it_makes(function)?;
                let made = |item| Value::applied(Value::applied(function.clone(), first.clone()), item);
                Some((self.items(list)?.into_iter().map(made).collect(), is_deep))
            }
            ("mergeAttrsList", [list]) => Some((self.items(list)?, false)),
            _ => None,
        }
    }

    /// Whether a function gives its first argument with what it makes of its second merged over it, and whether that is
    /// merged with what is below names, too.
    fn merges_what_it_makes(&self, function: &Value) -> Option<bool> {
        let function = self.reduce(function);
        let Expr::Lambda(first) = &function.term()?.expr else { return None };
        let Expr::Lambda(second) = first.body()? else { return None };
        let (under, is_deep) = match second.body()? {
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Update) => (it.lhs()?, false),
            Expr::Apply(it) => {
                let Expr::Apply(call) = it.lambda()? else { return None };
                (last_name(&call.lambda()?)? == "recursiveUpdate").then_some((call.argument()?, true))?
            }
            _ => return None,
        };
        (under.syntax().text() == first.param()?.syntax().text()).then_some(is_deep)
    }

    /// Whether a function gives its first argument with its second merged over it.
    fn merges(&self, function: &Value) -> bool {
        let function = self.reduce(function);
        let Some(term) = function.term() else { return false };
        let Expr::Lambda(first) = &term.expr else {
            return last_name(&term.expr)
                .is_some_and(|name| matches!(name.as_str(), "mergeAttrs" | "recursiveUpdate"));
        };
        let name = |lambda: &Lambda| lambda.param().map(|it| it.syntax().text().to_string());
        let Some(Expr::Lambda(second)) = first.body() else { return false };
        let Some(Expr::BinOp(body)) = second.body() else { return false };
        let side = |side: Option<Expr>| side.map(|it| it.syntax().text().to_string());
        body.operator() == Some(BinOpKind::Update)
            && side(body.lhs()) == name(first)
            && side(body.rhs()) == name(&second)
    }

    /// A name and a value, as `listToAttrs` takes them.
    #[must_use]
    pub fn pair(&self, pair: &Value) -> Option<(String, Value)> {
        let pair = self.body(pair);
        if let Some(call) = self.call(&pair)
            && let ("nameValuePair", [name, value]) = (call.name.as_str(), call.arguments.as_slice())
        {
            return Some((self.text(name)?, value.clone()));
        }
        let name = self.text(&self.select(&pair, &["name"])?)?;
        Some((name, self.select(&pair, &["value"])?))
    }
}

/// What a function gives for a name and a value.
pub(super) fn of_both(function: &Value, name: String, value: Value) -> Value {
    Value::applied(Value::applied(function.clone(), Value::Text(name)), value)
}
