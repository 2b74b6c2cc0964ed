//! The modules of the flake that come along with a new host's own: each must be seen to be as much a new host's as it is its
//! siblings', or it is left out.

use std::cell::OnceCell;

use rnix::{
    SyntaxKind::{TOKEN_COMMENT, TOKEN_WHITESPACE},
    SyntaxNode, TextRange, TextSize,
    ast::{BinOp, BinOpKind, Expr, Ident, List},
};
use rowan::{NodeOrToken, ast::AstNode};

use super::{
    doubts::Context,
    loaded::{DEPTH, Reading},
    system::{System, arguments},
};
use crate::{
    host_file::HostFiles,
    nix::{
        file::NixFile,
        follow::{Follower, Term, Value, concatenation},
        scope::{binder, names_from_around, resolve},
    },
    path::TreePath,
};

/// The entry of a new host.
pub(super) struct Along<'a> {
    pub(super) follower: &'a Follower<'a>,
    pub(super) own: &'a HostFiles,
    pub(super) is_there: &'a dyn Fn(&TreePath) -> bool,
    /// The file that it stands in.
    pub(super) file: &'a NixFile,
    pub(super) entry: &'a SyntaxNode,
    /// What the other hosts come to.
    pub(super) others: &'a dyn Fn() -> Vec<Value>,
}

/// A part of what the host's modules are: one of them, or a list of some.
pub(super) struct Part {
    /// Where it is said, if that is in the entry and it isn't the host's own.
    pub(super) said: Option<Term>,
    /// Whether it is the host's own file.
    is_own: bool,
    pub(super) read: System,
}

impl Along<'_> {
    /// The entry of the host that `made` is without the first module that may not come along; nothing where all may.
    pub(super) fn lighter(&self, made: &Value) -> Option<String> {
        let arguments = arguments(self.follower, made)?;
        let reading = self.reading(&arguments);
        let mut parts = Vec::new();
        for list in self.follower.lookup(&arguments, &["modules"]).values {
            self.take(&list, &reading, &mut parts);
        }
        // Of what loads the host's own file nothing can go, unless that is said as well.
        if !parts.iter().any(|part| part.is_own) {
            parts.iter_mut().filter(|part| part.read.loads).for_each(|part| part.said = None);
        }
        if parts.iter().all(|part| part.said.is_none()) {
            return None;
        }
        let lacks_packages = self.lacks_packages(&arguments);
        let siblings = OnceCell::new();
        let siblings = || &**siblings.get_or_init(|| self.siblings());
        let all = Context::of(self.follower, &self.own.name, &parts, &siblings, lacks_packages);
        let mut said = parts.iter().filter_map(|part| Some((part.said.as_ref()?, &part.read)));
        let (doubted, _) = said.find(|(_, read)| all.doubts(read))?;
        self.without(doubted.expr.syntax())
    }

    /// The reading of all modules that `nixosSystem` is given among `arguments`.
    fn reading(&self, arguments: &Value) -> Reading<'_> {
        let Self { follower, own, is_there, .. } = *self;
        let reading = Reading { follower, own, is_there, passed: None, is_whole: false, is_sure: true };
        reading.whole(follower.select(arguments, &["specialArgs"]))
    }

    /// Takes the parts of a list of modules.
    fn take(&self, list: &Value, reading: &Reading<'_>, parts: &mut Vec<Part>) {
        let term = list.term();
        if let Some((left, right)) = term.and_then(concatenation) {
            return [left, right].iter().for_each(|side| self.take(side, reading, parts));
        }
        if let Some((term, Expr::List(items))) = term.map(|term| (term, &term.expr)) {
            for item in items.items().map(|item| term.with(item)) {
                let mut read = System::default();
                reading.module(&Value::Term(item.clone()), &mut read, DEPTH);
                let place = self.follower.place(&Value::Term(item.clone()));
                let is_own = place.is_some_and(|place| self.own.is_loaded_by(&place));
                let said = Some(item).filter(|item| self.is_said(item) && !is_own);
                parts.push(Part { said, is_own, read });
            }
            return;
        }
        let said = term.filter(|term| self.is_said(term)).cloned();
        if let Some(next) = self.follower.next(list)
            && (said.is_none() || next.term().is_some_and(|next| self.is_said(next)))
        {
            return self.take(&next, reading, parts);
        }
        let mut read = System::default();
        reading.modules(list, &mut read, DEPTH);
        parts.push(Part { said, is_own: false, read });
    }

    /// Whether most others are given packages, which may be more than nixpkgs has, and the new one isn't.
    fn lacks_packages(&self, given: &Value) -> bool {
        let has = |given: &Value| self.follower.lookup(given, &["pkgs"]).is_bound();
        let others = (self.others)();
        let with = others.iter().filter_map(|made| arguments(self.follower, made)).filter(has).count();
        !has(given) && with * 2 > others.len()
    }

    /// What the modules of the others come to.
    fn siblings(&self) -> Vec<System> {
        let read = |made: Value| {
            let (arguments, mut system) = (arguments(self.follower, &made)?, System::default());
            let reading = self.reading(&arguments);
            for list in self.follower.lookup(&arguments, &["modules"]).values {
                reading.modules(&list, &mut system, DEPTH);
            }
            Some(system)
        };
        (self.others)().into_iter().filter_map(read).collect()
    }

    fn is_said(&self, term: &Term) -> bool {
        let range = self.entry.text_range();
        term.file.path() == self.file.path() && range.contains_range(term.expr.syntax().text_range())
    }

    /// The text of the entry without a module, or a list of some: of such a list that is named it has what it says first.
    fn without(&self, part: &SyntaxNode) -> Option<String> {
        let start = self.entry.text_range().start();
        let (range, by) = match written_out(part) {
            Some(items) => in_its_place(part, &items),
            None => left_out(part)?,
        };
        let mut text = self.entry.text().to_string();
        text.replace_range(std::ops::Range::<usize>::from(range - start), &by);
        Some(text)
    }
}

/// The modules, several, that a name in the entry stands for, where they mean there what they mean in the entry.
fn written_out(name: &SyntaxNode) -> Option<Vec<String>> {
    let Expr::Ident(ident) = Expr::cast(name.clone())? else { return None };
    let Expr::List(list) = resolve(&ident.syntax().text().to_string(), name)? else { return None };
    let is_same = |of: &Ident| {
        let of = of.syntax();
        binder(&of.text().to_string(), of) == binder(&of.text().to_string(), name)
    };
    let items: Vec<_> = list.items().map(|item| item.syntax().text().to_string()).collect();
    let is_short = items.len() > 1 && items.len() <= SHORT;
    (is_short && names_from_around(list.syntax()).iter().all(is_same)).then_some(items)
}

/// How many modules a list has at most that is written out: of a longer one its name says more than what it has.
const SHORT: usize = 8;

/// What takes the place of a name of modules: they stand in the list that it is joined with, if it is one.
fn in_its_place(name: &SyntaxNode, items: &[String]) -> (TextRange, String) {
    let range = name.text_range();
    let joined = name.parent().and_then(BinOp::cast).filter(|it| it.operator() == Some(BinOpKind::Concat));
    let (left, right) = joined.map_or((None, None), |it| (it.lhs(), it.rhs()));
    if let Some(Expr::List(list)) = right.map(|it| nearest(it, BinOp::lhs)) {
        let space = list.items().next().map_or_else(|| " ".to_owned(), |first| space_before(&first));
        let opened = list.syntax().text_range().start() + TextSize::of('[');
        return (TextRange::new(range.start(), opened), format!("[{space}{}", items.join(&space)));
    }
    if let Some(Expr::List(list)) = left.map(|it| nearest(it, BinOp::rhs))
        && let Some(last) = list.items().last()
    {
        let (text, start) = (list.syntax().text().to_string(), list.syntax().text_range().start());
        let (end, space) = (last.syntax().text_range().end(), space_before(&last));
        let closing = text.get(usize::from(end - start)..).unwrap_or("]");
        return (TextRange::new(end, range.end()), format!("{space}{}{closing}", items.join(&space)));
    }
    (range, format!("[ {} ]", items.join(" ")))
}

/// The space before an item.
fn space_before(item: &Expr) -> String {
    let before = item.syntax().prev_sibling_or_token().and_then(NodeOrToken::into_token);
    let space = before.filter(|it| it.kind() == TOKEN_WHITESPACE);
    space.map_or_else(|| " ".to_owned(), |it| it.text().to_owned())
}

/// The operand of lists that are joined which stands on one side of all.
fn nearest(mut of: Expr, side: fn(&BinOp) -> Option<Expr>) -> Expr {
    while let Expr::BinOp(joined) = &of {
        match side(joined) {
            Some(next) if joined.operator() == Some(BinOpKind::Concat) => of = next,
            _ => break,
        }
    }
    of
}

/// What goes with a part of a list of modules, and what is there then.
fn left_out(part: &SyntaxNode) -> Option<(TextRange, String)> {
    let (parent, range) = (part.parent()?, part.text_range());
    if let Some(list) = List::cast(parent.clone()) {
        let others: Vec<_> = list.items().filter(|it| it.syntax() != part).collect();
        match others.as_slice() {
            [] if is_joined(&parent) => return left_out(&parent),
            // What is there alone needs no line of its own.
            [only] if !has_comments(&parent) => {
                return Some((parent.text_range(), format!("[ {} ]", only.syntax().text())));
            }
            _ => {}
        }
        let before = part.prev_sibling_or_token().filter(|it| it.as_token().is_some());
        let start = before.map_or(range.start(), |space| space.text_range().start());
        return Some((TextRange::new(start, range.end()), String::new()));
    }
    if let Some(joined) = BinOp::cast(parent.clone()) {
        let (left, right) = (joined.lhs()?.syntax().text_range(), joined.rhs()?.syntax().text_range());
        let range = if left == range {
            TextRange::new(left.start(), right.start())
        } else {
            TextRange::new(left.end(), right.end())
        };
        return Some((range, String::new()));
    }
    if Expr::cast(parent.clone()).is_some_and(|it| matches!(it, Expr::Paren(_))) {
        return left_out(&parent);
    }
    Some((range, "[ ]".into()))
}

fn has_comments(node: &SyntaxNode) -> bool {
    node.descendants_with_tokens().any(|it| it.kind() == TOKEN_COMMENT)
}

/// Whether a list is one of several that are joined, and not the only one that says anything.
fn is_joined(list: &SyntaxNode) -> bool {
    list.parent().and_then(BinOp::cast).is_some_and(|it| it.operator() == Some(BinOpKind::Concat))
}
