//! What is said where hosts are made, as it is said where a new one goes.

use rnix::{
    SyntaxKind::{NODE_DYNAMIC, NODE_INHERIT, NODE_INTERPOL, NODE_LAMBDA, TOKEN_COMMENT},
    SyntaxNode, TextRange,
    ast::{Expr, HasEntry, Ident, Inherit, LetIn, With},
};
use rowan::ast::AstNode;

use super::passed::is_called_so;
use crate::{
    flake::place::Place,
    nix::{
        follow::{Follower, Term, Value},
        literal,
        scope::{binder, is_bound_at, names_from_around},
    },
    path::TreePath,
};

/// The platform of a new host.
pub(super) const PLATFORM: &str = "x86_64-linux";

/// How many names lead to what can be said at another place.
const STEPS: usize = 8;

/// What says at `place` what `value` comes to, with as many of its names as mean the same there; nothing where it mentions
/// what is known of a single host, or throws.
pub(super) fn carried(follower: &Follower<'_>, value: &Value, place: &Place) -> Option<(Term, String)> {
    let at = place.site.syntax()?;
    let carrier = Carrier { follower, place, at };
    let steps = std::iter::successors(Some(value.clone()), |value| follower.next(value)).take(STEPS);
    let mut terms = steps.map_while(|value| value.term().cloned());
    let (term, text) = terms.find_map(|term| Some((term.clone(), carrier.text(&term)?)))?;
    let call = follower.call(&Value::Term(term.clone()));
    (!call.is_some_and(|call| matches!(call.name.as_str(), "throw" | "abort"))).then_some((term, text))
}

/// What `expr` says where something else stands for names that it takes from around it: `inputs.disko` for `disko`; `said`
/// gives that, if any, for a name.
pub(super) fn with_names(expr: &Expr, said: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let node = expr.syntax();
    let edits = names_from_around(node).into_iter().map(|name| {
        let named = said(&name.to_string()).map_or(Named::Same, Named::By);
        if name.syntax() == node { Some(whole(&name, &named)) } else { edit(&name, &named) }
    });
    Some(edited(node, edits.collect::<Option<Vec<_>>>()?.concat()))
}

/// What takes expressions to a place.
struct Carrier<'a> {
    follower: &'a Follower<'a>,
    place: &'a Place,
    at: &'a SyntaxNode,
}

/// What a name is to be at the place.
enum Named {
    /// It means the same there.
    Same,
    /// A new host's platform.
    Platform,
    /// What a set has by it, which is opened where it stands.
    Of(String),
    /// What else says the same.
    By(String),
}

impl Named {
    /// What stands for `name`, where that is something else.
    fn said(&self, name: &Ident) -> Option<String> {
        match self {
            Self::Same => None,
            Self::Platform => Some(format!("\"{PLATFORM}\"")),
            Self::Of(set) => Some(format!("{set}.{name}")),
            Self::By(said) => Some(said.clone()),
        }
    }
}

impl Carrier<'_> {
    /// The text of `term` at the place.
    fn text(&self, term: &Term) -> Option<String> {
        let node = term.expr.syntax();
        if matches!(term.expr, Expr::LetIn(_) | Expr::With(_) | Expr::IfElse(_))
            || writes_functions(&term.expr)
        {
            return None;
        }
        // `inherit (set) name;`
        if let Some(from) = node.parent().and_then(Inherit::cast).and_then(|it| it.from()?.expr()) {
            let is_name = matches!(from, Expr::Ident(_) | Expr::Select(_));
            return Some(format!("{}.{}", self.text(&term.with(from)).filter(|_| is_name)?, node.text()));
        }
        let mut edits: Vec<(TextRange, String)> = Vec::new();
        for name in names_from_around(node) {
            let named = self.named(&name, node, term)?;
            edits.extend(if name.syntax() == node { whole(&name, &named) } else { edit(&name, &named)? });
        }
        for path in node.descendants().filter_map(Expr::cast).filter(|it| matches!(it, Expr::PathRel(_))) {
            let (range, text) = (path.syntax().text_range(), path.syntax().text().to_string());
            let there = self.path(term, path)?;
            edits.extend((there != text).then_some((range, there)));
        }
        let tokens = node.descendants_with_tokens().filter(|it| it.kind() == TOKEN_COMMENT);
        let comments = tokens.map(|it| it.text_range());
        let alone: Vec<_> =
            comments.filter(|it| !edits.iter().any(|(range, _)| range.contains_range(*it))).collect();
        edits.extend(alone.into_iter().map(|range| (range, String::new())));
        Some(edited(node, edits))
    }

    /// What a name in `node` is to be at the place; nothing where nothing means the same there.
    fn named(&self, name: &Ident, node: &SyntaxNode, term: &Term) -> Option<Named> {
        let (there, name) = (name.syntax(), name.to_string());
        let Some(bound) = binder(&name, there) else { return self.opened(&name, there, node, term) };
        if term.file.path() == self.place.term.file.path() && binder(&name, self.at).as_ref() == Some(&bound)
        {
            return Some(Named::Same);
        }
        let value = self.follower.name(&name, there, term);
        let is_same = |it: &Value| is_called_so(self.follower, it, &name, self.at, self.place);
        if is_bound_at(&name, self.at) && value.as_ref().is_some_and(is_same) {
            return Some(Named::Same);
        }
        let of = inherited_from(&name, &bound).map(|from| term.with(from));
        match of.filter(|of| matches!(of.expr, Expr::Ident(_) | Expr::Select(_))) {
            Some(set) => self.text(&set).map(Named::Of),
            None => (self.follower.text(&value?).as_deref() == Some(PLATFORM)).then_some(Named::Platform),
        }
    }

    /// The same for a name that a `with` may bind.
    fn opened(&self, name: &str, there: &SyntaxNode, node: &SyntaxNode, term: &Term) -> Option<Named> {
        let opens = |it: &With| {
            it.body().is_some_and(|body| body.syntax().text_range().contains_range(there.text_range()))
        };
        let withs: Vec<_> = there.ancestors().filter_map(With::cast).filter(opens).collect();
        let is_within = |it: &With| node.text_range().contains_range(it.syntax().text_range());
        let (within, around): (Vec<_>, Vec<_>) = withs.into_iter().partition(is_within);
        match (within.as_slice(), around.as_slice()) {
            ([], [with]) => {
                let set = term.with(with.namespace()?);
                let is_name = matches!(set.expr, Expr::Ident(_) | Expr::Select(_));
                Some(Named::Of(self.text(&set).filter(|_| is_name)?))
            }
            // What it is there depends on what else is bound where it goes.
            ([_, ..], []) => (!is_bound_at(name, self.at)).then_some(Named::Same),
            _ => None,
        }
    }

    /// A path in the file of `term`, as the place's file refers to it.
    fn path(&self, term: &Term, path: Expr) -> Option<String> {
        let folder = |path: &TreePath| path.as_str().rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let (file, text) = (self.place.term.file.path(), path.syntax().text().to_string());
        if folder(term.file.path()) == folder(file) {
            return Some(text);
        }
        let is_whole = path.syntax().children().next().is_none();
        let target = self.follower.place(&Value::Term(term.with(path))).filter(|_| is_whole)?;
        Some(file.reference(&TreePath::new(target).ok()?))
    }
}

/// What a `let`, `bindings`, inherits `name` from, where it does that.
pub(in crate::flake) fn inherited_from(name: &str, bindings: &SyntaxNode) -> Option<Expr> {
    let mut inherits = LetIn::cast(bindings.clone())?.inherits();
    inherits.find(|it| it.attrs().any(|attr| literal::is_attribute(&attr, name)))?.from()?.expr()
}

/// The text of `node` with edits in it.
fn edited(node: &SyntaxNode, mut edits: Vec<(TextRange, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start());
    let (start, mut text) = (node.text_range().start(), node.text().to_string());
    for (range, by) in edits.iter().rev() {
        text.replace_range(std::ops::Range::<usize>::from(*range - start), by);
    }
    text
}

/// The edits that make of a name, which is all that is said, what it is to be.
fn whole(name: &Ident, named: &Named) -> Vec<(TextRange, String)> {
    let said = named.said(name);
    said.map(|said| (name.syntax().text_range(), said)).into_iter().collect()
}

/// The edits that make of a name what it is to be.
fn edit(name: &Ident, named: &Named) -> Option<Vec<(TextRange, String)>> {
    let node = name.syntax();
    let (range, parent) = (node.text_range(), node.parent()?);
    let Some(said) = named.said(name) else { return Some(Vec::new()) };
    Some(match (parent.kind(), named) {
        (NODE_INHERIT, _) => {
            let (inherit, binding) = (Inherit::cast(parent.clone())?, format!("{name} = {said};"));
            if inherit.attrs().count() == 1 {
                vec![(parent.text_range(), binding)]
            } else {
                let end = TextRange::empty(parent.text_range().end());
                vec![(range, String::new()), (end, format!(" {binding}"))]
            }
        }
        (NODE_DYNAMIC | NODE_INTERPOL, Named::Platform) => vec![(parent.text_range(), PLATFORM.into())],
        _ => vec![(range, said)],
    })
}

/// Whether functions are written out in what is said, beside a module that it is: these aren't said twice.
pub(super) fn writes_functions(said: &Expr) -> bool {
    let body = match said {
        Expr::Paren(it) => return it.expr().is_some_and(|inner| writes_functions(&inner)),
        Expr::Lambda(it) => it.body(),
        other => Some(other.clone()),
    };
    body.is_some_and(|body| body.syntax().descendants().any(|it| it.kind() == NODE_LAMBDA))
}
