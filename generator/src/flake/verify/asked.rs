//! Options that modules ask each host for: they are declared without a default, and read whatever a host says.

use std::cell::RefCell;

use rnix::{
    SyntaxNode,
    ast::{Attr, AttrSet, Attrpath, AttrpathValue, BinOpKind, Expr, HasEntry, Inherit, Lambda, UnaryOpKind},
};
use rowan::ast::AstNode;

use super::{
    by_default::{ByDefault, truth},
    own_options::is_own,
    reads::{self, path_of},
    undeclared::is_below,
};
use crate::nix::{
    follow::{Follower, Term, conditional, last_name, without_parentheses},
    literal,
    scope::resolve,
};

/// A module that a host is made of.
#[derive(Debug, Clone)]
pub(super) struct Module {
    /// The set that it comes to, be it on a condition: `mkIf config.fleet.isServer { … }`.
    pub(super) set: Term,
    /// Whether it is one for certain, or only on a condition that isn't known.
    pub(super) is_sure: bool,
}

/// The path of an option; a name that is computed is there as it is written.
pub(super) type Path = Vec<String>;

/// What modules declare and say.
#[derive(Default)]
pub(super) struct Options {
    declared: Vec<Declared>,
    said: Vec<Said>,
}

impl Options {
    pub(super) fn of(follower: &Follower<'_>, modules: &[Module]) -> Self {
        let declared = modules.iter().filter(|it| it.is_sure).flat_map(Module::declared);
        let declared =
            declared.map(|(path, at)| Declared { path, default: ByDefault::of(follower, &at), at });
        Self { declared: declared.collect(), said: modules.iter().flat_map(Module::said).collect() }
    }

    /// The first option that `modules`, of which these are the options, declare without a default and read, and that none of
    /// them says, and where that is.
    pub(super) fn unsaid(&self, modules: &[Module]) -> Option<(String, Term)> {
        let known = self.known();
        let is_asked =
            |it: &&Declared| matches!(it.default, ByDefault::None) && known.said(&it.path).is_empty();
        let mut asked = self.declared.iter().filter(is_asked);
        asked.clone().next()?;
        let read: Vec<_> = modules.iter().filter(|it| it.is_sure).flat_map(|it| it.read(&known)).collect();
        let option = asked.find(|option| read.iter().any(|path| path.starts_with(&option.path)))?;
        Some((option.path.join("."), option.at.clone()))
    }

    /// Whether anything may be said to an option below `path`.
    pub(super) fn are_said_below(&self, path: &[&str]) -> bool {
        let known = self.known();
        let is_below =
            |said: &&Said| is_below(&said.path, path) && (said.path.len() > path.len() || said.is_open);
        self.said.iter().filter(is_below).any(|said| known.may_be(said))
    }

    pub(super) fn known(&self) -> Known<'_> {
        Known { declared: &self.declared, said: &self.said, asked: RefCell::default() }
    }
}

/// An option that is declared.
struct Declared {
    path: Path,
    at: Term,
    default: ByDefault,
}

/// What a module says to an option.
pub(super) struct Said {
    pub(super) path: Path,
    /// Whether it may say what is not written out: to any option below the path.
    is_open: bool,
    /// Where it is `true` or `false`.
    value: Option<bool>,
    /// The conditions that it is said on.
    when: Vec<Expr>,
    /// What is said, as it is written.
    pub(super) written: Expr,
}

/// How many options are looked at on the way to one that they may be said on the condition of.
const DEPTH: usize = 4;

/// What is known of all options.
pub(super) struct Known<'a> {
    declared: &'a [Declared],
    said: &'a [Said],
    /// The options that are looked at: what is said only where one of them holds makes it hold no more.
    asked: RefCell<Vec<Path>>,
}

/// What inputs' modules leave off that no machine of an agent's is.
const OFF: [&[&str]; 1] = [&["wsl", "enable"]];

impl Known<'_> {
    /// What may be said to an option.
    pub(super) fn said(&self, option: &Path) -> Vec<&Said> {
        self.said.iter().filter(|said| said.may_be_of(option)).filter(|said| self.may_be(said)).collect()
    }

    /// Whether anything may be said to the option of these names.
    pub(super) fn is_said(&self, option: &[&str]) -> bool {
        let option = option.iter().map(|name| (*name).to_owned()).collect();
        !self.said(&option).is_empty()
    }

    /// Whether something may be said: on no condition that is known not to hold.
    pub(super) fn may_be(&self, said: &Said) -> bool {
        !said.when.iter().any(|it| self.holds(it) == Some(false))
    }

    /// Whether something is said whatever else is: on no condition but such as are known to hold.
    pub(super) fn is_for_certain(&self, said: &Said) -> bool {
        said.when.iter().all(|it| self.holds(it) == Some(true))
    }

    /// Whether a condition holds, as far as options tell that no host needs to say.
    pub(super) fn holds(&self, condition: &Expr) -> Option<bool> {
        match without_parentheses(condition.clone()) {
            Expr::UnaryOp(it) if it.operator() == Some(UnaryOpKind::Invert) => {
                Some(!self.holds(&it.expr()?)?)
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::And) => {
                Some(self.holds(&it.lhs()?)? && self.holds(&it.rhs()?)?)
            }
            Expr::BinOp(it) if it.operator() == Some(BinOpKind::Or) => {
                Some(self.holds(&it.lhs()?)? || self.holds(&it.rhs()?)?)
            }
            expr => self.is_on(&path_of(&expr)?),
        }
    }

    /// Whether an option is `true`.
    fn is_on(&self, option: &Path) -> Option<bool> {
        if self.asked.borrow().contains(option) {
            return Some(false);
        }
        if self.asked.borrow().len() > DEPTH {
            return None;
        }
        self.asked.borrow_mut().push(option.clone());
        let said = self.said(option);
        self.asked.borrow_mut().pop();
        if !said.is_empty() {
            return said.iter().all(|it| it.value == Some(true)).then_some(true);
        }
        let Some(declared) = self.declared.iter().find(|it| it.path == *option) else {
            return OFF.iter().any(|off| option == off).then_some(false);
        };
        match declared.default {
            ByDefault::Bool(value) => Some(value),
            ByDefault::None | ByDefault::Other => None,
        }
    }
}

impl Said {
    fn may_be_of(&self, option: &Path) -> bool {
        // A flake's own options may be called by what is computed.
        let may_be = |(name, other): (&String, &String)| {
            name == other || [name, other].iter().any(|it| it.contains("${")) && is_own(name) && is_own(other)
        };
        self.path.iter().zip(option).all(may_be) && (self.is_open || self.path.len() >= option.len())
    }
}

impl Module {
    /// Whether it is the same, where it stands.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.set.file.path() == other.set.file.path() && self.set.expr == other.set.expr
    }

    fn root(&self) -> Option<&AttrSet> {
        match &self.set.expr {
            Expr::AttrSet(set) => Some(set),
            _ => None,
        }
    }

    /// The options that it declares, each with where.
    fn declared(&self) -> Vec<(Path, Term)> {
        let mut declared = Vec::new();
        for binding in self.root().into_iter().flat_map(HasEntry::attrpath_values) {
            let path = path(&binding);
            if let (Some(("options", rest)), Some(value)) = (first(&path), binding.value()) {
                self.declare(rest.to_vec(), &value, &mut declared);
            }
        }
        let is_inherited = |it: &Inherit| {
            it.from().is_none() && it.attrs().any(|attr| literal::is_attribute(&attr, "options"))
        };
        if self.root().into_iter().flat_map(HasEntry::inherits).any(|it| is_inherited(&it)) {
            let outside = self.set.expr.syntax().parent();
            if let Some(options) = outside.and_then(|outside| resolve("options", &outside)) {
                self.declare(Path::new(), &options, &mut declared);
            }
        }
        declared
    }

    fn declare(&self, path: Path, value: &Expr, declared: &mut Vec<(Path, Term)>) {
        match value {
            Expr::AttrSet(set) => {
                for binding in set.attrpath_values() {
                    let Some(value) = binding.value() else { continue };
                    self.declare([path.clone(), self::path(&binding)].concat(), &value, declared);
                }
            }
            Expr::With(it) => it.body().iter().for_each(|body| self.declare(path.clone(), body, declared)),
            Expr::LetIn(it) => it.body().iter().for_each(|body| self.declare(path.clone(), body, declared)),
            Expr::Paren(it) => it.expr().iter().for_each(|inner| self.declare(path.clone(), inner, declared)),
            other => declared.push((path, self.set.with(other.clone()))),
        }
    }

    /// What it says to options.
    pub(super) fn said(&self) -> Vec<Said> {
        let mut said = Vec::new();
        if self.root().is_none() {
            say(Path::new(), &self.set.expr, &[], &mut said);
        }
        for binding in self.others() {
            let at = path(&binding);
            let path = if at.first().is_some_and(|it| it == "config") {
                at.get(1..).unwrap_or_default()
            } else {
                &at
            };
            if let Some(value) = binding.value() {
                say(path.to_vec(), &value, &[], &mut said);
            }
        }
        said
    }

    /// Whether it declares an option, or one below it.
    pub(super) fn declares(&self, option: &[&str]) -> bool {
        self.declared().iter().any(|(path, _)| path.iter().zip(option).all(|(name, other)| name == other))
    }

    /// Whether it may declare an option: it declares some, and has its first name in it or one that is computed.
    pub(super) fn may_declare(&self, option: &[String]) -> bool {
        let text = self.set.expr.syntax().text().to_string();
        let has_name = |name: &String| text.contains(name) || text.contains("${");
        text.contains("options") && option.first().is_none_or(has_name)
    }

    /// The bindings of the module but those that declare options.
    fn others(&self) -> impl Iterator<Item = AttrpathValue> {
        let bindings = self.root().into_iter().flat_map(HasEntry::attrpath_values);
        bindings.filter(|it| !matches!(first(&path(it)), Some(("options" | "imports", _))))
    }

    /// The options that it reads for certain.
    pub(super) fn read(&self, known: &Known<'_>) -> Vec<Path> {
        reads::of(&self.reading(), known)
    }

    /// The options that it may read.
    pub(super) fn may_read(&self, known: &Known<'_>) -> Vec<Path> {
        let Some(function) = self.function() else { return Vec::new() };
        reads::may_be(&self.reading(), known, &function)
    }

    /// What may read options: all of it but what declares some.
    fn reading(&self) -> Vec<SyntaxNode> {
        match self.root() {
            Some(_) => self.others().map(|binding| binding.syntax().clone()).collect(),
            None => vec![self.set.expr.syntax().clone()],
        }
    }

    /// The function that it is, where it is one.
    fn function(&self) -> Option<Lambda> {
        let mut inner = self.set.expr.syntax().clone();
        loop {
            let outer = inner.parent()?;
            match (Lambda::cast(outer.clone()), Expr::cast(outer.clone())) {
                (Some(function), _) => return Some(function),
                (None, Some(Expr::Paren(_) | Expr::LetIn(_) | Expr::With(_) | Expr::Assert(_))) => {
                    inner = outer;
                }
                _ => return None,
            }
        }
    }
}

pub(super) fn first(path: &[String]) -> Option<(&str, &[String])> {
    path.split_first().map(|(first, rest)| (first.as_str(), rest))
}

pub(super) fn path(binding: &AttrpathValue) -> Path {
    binding.attrpath().iter().flat_map(Attrpath::attrs).map(|attr| name(&attr)).collect()
}

pub(super) fn name(attr: &Attr) -> String {
    literal::attribute(attr).unwrap_or_else(|| attr.syntax().text().to_string())
}

/// What `value` says to the option at `path`, or to those below it.
fn say(path: Path, value: &Expr, when: &[Expr], said: &mut Vec<Said>) {
    let sides = |left: Option<Expr>, right: Option<Expr>| [left, right].into_iter().flatten();
    let value = without_parentheses(value.clone());
    let inner: Vec<_> = match &value {
        Expr::AttrSet(set) => {
            for binding in set.attrpath_values() {
                let Some(value) = binding.value() else { continue };
                say([path.clone(), self::path(&binding)].concat(), &value, when, said);
            }
            for attr in set.inherits().flat_map(|it| it.attrs()) {
                let path = [path.clone(), vec![name(&attr)]].concat();
                let written = value.clone();
                said.push(Said { path, is_open: true, value: None, when: when.to_vec(), written });
            }
            if !path.is_empty() {
                let written = value.clone();
                said.push(Said { path, is_open: false, value: None, when: when.to_vec(), written });
            }
            return;
        }
        Expr::With(it) => it.body().into_iter().collect(),
        Expr::LetIn(it) => it.body().into_iter().collect(),
        Expr::IfElse(it) => sides(it.body(), it.else_body()).collect(),
        Expr::BinOp(it) if it.operator() == Some(BinOpKind::Update) => sides(it.lhs(), it.rhs()).collect(),
        Expr::Apply(call) => {
            match (conditional(call), call.lambda().and_then(|it| last_name(&it)), call.argument()) {
                (Some((condition, inner)), ..) => {
                    return say(path, &inner, &[when, &[condition]].concat(), said);
                }
                (_, Some(name), Some(Expr::List(list))) if name == "mkMerge" => list.items().collect(),
                (_, Some(name), Some(inner)) if name == "mkForce" || name == "mkDefault" => vec![inner],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    if inner.is_empty() {
        said.push(Said { path, is_open: true, value: truth(&value), when: when.to_vec(), written: value });
    } else {
        for inner in &inner {
            say(path.clone(), inner, when, said);
        }
    }
}
