//! One reader more, or one less, in what a rule binds its `publicKeys` to.

use rnix::ast::{BinOpKind, Expr, List};
use rowan::ast::AstNode;

use crate::{
    edit::Change,
    error::Result,
    nix::{
        file::NixFile,
        find::{AttrPath, find},
    },
    path::TreePath,
    plan::Draft,
};

/// The recipients of the secret that the rules call `rule`.
fn recipients(rule: &str) -> AttrPath {
    AttrPath::value("").child(rule).child("publicKeys")
}

/// Adds `item` to the recipients of a rule: to the list that is written there, or behind what is there, as
/// `adminKeys ++ [ item ]`.
pub fn add(draft: &mut Draft<'_>, rules: &TreePath, rule: &str, item: &str) -> Result<()> {
    let path = recipients(rule);
    let file = draft.nix(rules)?;
    let change = match (value(&file, &path), lists(&file, &path).as_slice()) {
        (Some(value), lists) if lists.len() != 1 => {
            Change::ReplaceValue { value: format!("{} ++ [ {item} ]", operand(&value)), path }
        }
        _ => Change::InsertItem { path, item: item.to_owned() },
    };
    draft.edit(rules, &change)
}

/// Takes `item` out of the recipients of every rule that names it in a list: the inverse of [`add`].
pub fn remove_everywhere(draft: &mut Draft<'_>, rules: &TreePath, item: &str) -> Result<()> {
    loop {
        let file = draft.nix(rules)?;
        let reads = |rule: &String| lists(&file, &recipients(rule)).iter().any(|list| has(list, item));
        let names = find(&file, &AttrPath::value("")).children().into_iter().map(|(rule, _)| rule);
        let Some(rule) = names.into_iter().find(reads) else { return Ok(()) };
        let path = recipients(&rule);
        let change = match value(&file, &path).and_then(|value| without(&value, item)) {
            Some(value) => Change::ReplaceValue { path, value },
            None => Change::RemoveItem { path, item: item.to_owned() },
        };
        draft.edit(rules, &change)?;
    }
}

/// What is bound at `path`, where it is bound once.
fn value(file: &NixFile, path: &AttrPath) -> Option<Expr> {
    match find(file, path).bindings.as_slice() {
        [binding] => binding.value(),
        _ => None,
    }
}

/// The lists that stand in the binding itself, and not behind a name.
fn lists(file: &NixFile, path: &AttrPath) -> Vec<List> {
    let found = find(file, path);
    let here = |list: &&List| {
        let range = list.syntax().text_range();
        found.bindings.iter().any(|binding| binding.syntax().text_range().contains_range(range))
    };
    found.lists().filter(here).cloned().collect()
}

fn has(list: &List, item: &str) -> bool {
    list.items().any(|it| it.to_string() == item)
}

/// `value` as the left side of `++`: in parentheses where it would come apart, and, so that [`without`] can tell, where
/// it stood in such already.
fn operand(value: &Expr) -> String {
    if holds(value) { value.to_string() } else { format!("({value})") }
}

fn holds(value: &Expr) -> bool {
    match value {
        Expr::Ident(_) | Expr::Select(_) | Expr::List(_) | Expr::Apply(_) => true,
        Expr::Paren(paren) => paren.expr().is_none_or(|inner| holds(&inner)),
        Expr::BinOp(operation) => operation.operator() == Some(BinOpKind::Concat),
        _ => false,
    }
}

/// What was there before `++ [ item ]`, if that is how `value` ends.
fn without(value: &Expr, item: &str) -> Option<String> {
    let Expr::BinOp(operation) = value else { return None };
    let (Some(BinOpKind::Concat), Some(right)) = (operation.operator(), operation.rhs()) else { return None };
    let left = operation.lhs()?;
    let Expr::List(list) = &right else {
        // `a ++ b ++ [ item ]` is `a ++ (b ++ [ item ])`.
        let (whole, start) = (value.to_string(), value.syntax().text_range().start());
        let before = whole.get(..(right.syntax().text_range().start() - start).into())?;
        return without(&right, item).map(|right| format!("{before}{right}"));
    };
    if list.items().count() != 1 || !has(list, item) {
        return None;
    }
    if let Expr::Paren(paren) = &left
        && let Some(inner) = paren.expr()
        && !holds(&inner)
    {
        return Some(inner.to_string());
    }
    Some(left.to_string())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use tempfile::TempDir;

    use super::*;
    use crate::{settings, tree::Tree};

    const ITEM: &str = "systems.agent-x";

    #[track_caller]
    fn check(before: &str, after: &str) {
        let file = |rule: &str| {
            format!(
                "let\n  a = [ k ];\n  k = \"k\";\n  systems.agent-x = \"x\";\nin\n{{\n  \"x.age\".publicKeys = {rule};\n}}\n"
            )
        };
        let dir = TempDir::new().unwrap();
        let rules = TreePath::new("secrets.nix").unwrap();
        std::fs::write(rules.under(dir.path()), file(before)).unwrap();
        std::fs::write(dir.path().join(settings::FILE), include_str!("../../../agent-tool.toml")).unwrap();
        let tree = Tree::open(dir.path()).unwrap();
        let mut draft = Draft::new(&tree);
        add(&mut draft, &rules, "x.age", ITEM).unwrap();
        assert_eq!(draft.text(&rules).unwrap(), file(after));
        remove_everywhere(&mut draft, &rules, ITEM).unwrap();
        assert_eq!(draft.text(&rules).unwrap(), file(before), "and back");
    }

    #[test]
    fn a_reader_comes_and_goes() {
        check("a", "a ++ [ systems.agent-x ]");
        check("(if true then a else [ ])", "((if true then a else [ ])) ++ [ systems.agent-x ]");
        check("(a)", "(a) ++ [ systems.agent-x ]");
        check("a ++ a", "a ++ a ++ [ systems.agent-x ]");
        check("builtins.attrValues { }", "builtins.attrValues { } ++ [ systems.agent-x ]");
        check("if true then a else [ ]", "(if true then a else [ ]) ++ [ systems.agent-x ]");
        check("[\n    k\n    \"other\"\n  ]", "[\n    k\n    \"other\"\n    systems.agent-x\n  ]");
    }
}
