//! From rnix's syntax tree to expressions, with every check that Nix makes while it parses, and those that Nix's
//! grammar makes and rnix's doesn't.

mod bindings;
mod lambda;
mod literals;
mod strings;

use std::{path::PathBuf, rc::Rc};

use rnix::{
    NodeOrToken, Root, SyntaxKind, SyntaxNode,
    ast::{self, BinOpKind, UnaryOpKind},
};
use rowan::ast::AstNode;

use super::{
    builtins::{self, Global},
    error::{ErrorKind, Fallible, Fault, Location},
    expr::{AttrName, Expr, Kind},
    scope::{Meaning, Scopes},
    source::Source,
    value::{Name, Span, Val},
};
use crate::nix::guard::{self, Cause};

/// Components of an attribute path, at most. Each one nests a set.
const MAX_PATH: usize = 256;

/// Parses and compiles a file; `parsed` is its syntax where that is known.
pub(super) fn compile(source: &Source, parsed: Option<Root>) -> Fallible<Rc<Expr>> {
    refuse_control_characters(source)?;
    let root = match parsed {
        Some(root) => root,
        None => parse(source)?,
    };
    refuse_odd_spaces(source)?;
    let compiler = &mut Compiler { source, scopes: Scopes::default() };
    let expr = compiler.required(root.expr(), root.syntax())?;
    compiler.expr(&expr)
}

fn parse(source: &Source) -> Fallible<Root> {
    let parsed = guard::parse(&source.text).map_err(|error| {
        let kind = match error.cause {
            Cause::Malformed => ErrorKind::Syntax { message: error.message },
            Cause::Excessive => ErrorKind::Limit { what: "a file too long or too deeply nested" },
        };
        Fault::new(kind, Location { file: PathBuf::from(&*source.path), position: error.position })
    })?;
    Ok(parsed.tree())
}

/// Control characters are white space, or end a comment, for one of Nix and rnix. Line breaks as Windows has them
/// are the same to both, outside strings.
fn refuse_control_characters(source: &Source) -> Fallible<()> {
    let text = &source.text;
    let breaks_line = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with("\r\n"));
    let odd = |(at, c): &(usize, char)| c.is_control() && *c != '\n' && *c != '\t' && !breaks_line(*at);
    match text.char_indices().find(odd) {
        Some((at, _)) => Err(source.beyond(clamp(at), "a control character")),
        None => Ok(()),
    }
}

/// rnix takes Unicode's spaces for white space, and what a carriage return in a string is depends on the string.
fn refuse_odd_spaces(source: &Source) -> Fallible<()> {
    if source.text.chars().all(|c| c != '\r' && (c.is_ascii() || !c.is_whitespace())) {
        return Ok(());
    }
    let mut offset = 0;
    for (kind, token) in rnix::tokenize(&source.text) {
        if kind == SyntaxKind::TOKEN_WHITESPACE && !token.is_ascii() {
            return Err(source.beyond(clamp(offset), "a space that isn't ASCII"));
        }
        if kind == SyntaxKind::TOKEN_STRING_CONTENT && token.contains('\r') {
            return Err(source.beyond(clamp(offset), "a carriage return in a string"));
        }
        offset += token.len();
    }
    Ok(())
}

struct Compiler<'a> {
    source: &'a Source,
    scopes: Scopes,
}

/// What the operators mean before they mean anything: Nix looks these up like any variable.
const OPERATOR_VARIABLES: [&str; 7] =
    ["__sub", "__mul", "__div", "__lessThan", "__nixPath", "__findFile", "__curPos"];

impl Compiler<'_> {
    fn expr(&mut self, expr: &ast::Expr) -> Fallible<Rc<Expr>> {
        // Nix's parser keeps no parentheses, so neither an attribute set's nor a string's meaning depends on them.
        if let ast::Expr::Paren(paren) = expr {
            return self.expr(&self.inside(paren)?);
        }
        let at = self.at(expr);
        let kind = self.kind(expr)?;
        Ok(Rc::new(Expr { at, kind }))
    }

    fn kind(&mut self, expr: &ast::Expr) -> Fallible<Kind> {
        match expr {
            ast::Expr::Literal(literal) => self.literal(literal),
            ast::Expr::Ident(ident) => self.ident(ident),
            ast::Expr::Str(string) => self.string(string),
            ast::Expr::PathAbs(path) => self.path(path.syntax(), || path.parts()),
            ast::Expr::PathRel(path) => self.path(path.syntax(), || path.parts()),
            ast::Expr::PathHome(path) => Err(self.beyond(path, "a path in the home directory")),
            ast::Expr::PathSearch(_) => Ok(Kind::Beyond("a path of NIX_PATH".into())),
            ast::Expr::CurPos(_) => Ok(Kind::Beyond("`__curPos`".into())),
            ast::Expr::List(list) => {
                let items = list.items().map(|item| self.operand(&item)).collect::<Fallible<_>>()?;
                Ok(Kind::List(items))
            }
            ast::Expr::AttrSet(set) => {
                let definitions = self.definitions(set, set.rec_token().is_some())?;
                Ok(Kind::Attrs(self.bindings(&definitions)?))
            }
            ast::Expr::LetIn(let_in) => self.let_in(let_in),
            ast::Expr::LegacyLet(legacy) => Err(self.beyond(legacy, "a `let { … }` with a body")),
            ast::Expr::With(with) => self.with(with),
            ast::Expr::IfElse(branch) => Ok(Kind::If {
                condition: self.child(branch.condition(), branch)?,
                then: self.child(branch.body(), branch)?,
                otherwise: self.child(branch.else_body(), branch)?,
            }),
            ast::Expr::Assert(assert) => Ok(Kind::Assert {
                condition: self.child(assert.condition(), assert)?,
                body: self.child(assert.body(), assert)?,
            }),
            ast::Expr::Lambda(lambda) => self.lambda(lambda),
            ast::Expr::Apply(apply) => self.call(apply),
            ast::Expr::Select(select) => self.select(select),
            ast::Expr::HasAttr(test) => self.has_attr(test),
            ast::Expr::UnaryOp(operation) => {
                let operand = self.operand(&self.required(operation.expr(), operation.syntax())?)?;
                match operation.operator() {
                    Some(UnaryOpKind::Invert) => Ok(Kind::Not(operand)),
                    Some(UnaryOpKind::Negate) => Ok(Kind::Negate(operand)),
                    None => Err(self.incomplete(operation.syntax())),
                }
            }
            ast::Expr::BinOp(operation) => self.binary(operation),
            ast::Expr::Paren(_) | ast::Expr::Root(_) | ast::Expr::Error(_) => {
                Err(self.incomplete(expr.syntax()))
            }
        }
    }

    /// An expression where Nix's grammar has no room for a function, `let`, `if`, `with` or `assert` without
    /// parentheses. rnix accepts a function there.
    fn operand(&mut self, expr: &ast::Expr) -> Fallible<Rc<Expr>> {
        match expr {
            ast::Expr::Lambda(_)
            | ast::Expr::LetIn(_)
            | ast::Expr::IfElse(_)
            | ast::Expr::With(_)
            | ast::Expr::Assert(_) => {
                Err(self.source.syntax(self.at(expr).offset, "syntax error, this needs parentheses"))
            }
            _ => self.expr(expr),
        }
    }

    fn ident(&self, ident: &ast::Ident) -> Fallible<Kind> {
        let name = ident_name(ident);
        // `f or` once meant a variable of that name; versions of Nix differ.
        if &*name == "or" {
            return Err(self.beyond(ident, "`or` as a variable"));
        }
        self.variable(&name, self.at(ident).offset, 0)
    }

    /// A variable as it is seen so many scopes further out.
    fn variable(&self, name: &Name, offset: u32, skip: u32) -> Fallible<Kind> {
        let withs = match self.scopes.resolve(name, skip) {
            Meaning::Slot { up, slot } => return Ok(Kind::Variable { up, slot }),
            Meaning::Free { withs } => withs,
        };
        match builtins::global(name) {
            Some(Global::Value(value)) => Ok(Kind::Constant(value)),
            Some(Global::Beyond) => Ok(Kind::Beyond(format!("`{name}`").into())),
            Some(Global::Varies) => Err(self.source.beyond(offset, format!("the variable `{name}`"))),
            None if withs.is_empty() => {
                Err(self.source.failed(offset, format!("undefined variable '{name}'")))
            }
            None => Ok(Kind::FromWith { name: name.clone(), up: withs }),
        }
    }

    fn with(&mut self, with: &ast::With) -> Fallible<Kind> {
        let namespace = self.child(with.namespace(), with)?;
        self.scopes.enter_with();
        let body = self.child(with.body(), with);
        self.scopes.leave();
        Ok(Kind::With { namespace, body: body? })
    }

    fn call(&mut self, apply: &ast::Apply) -> Fallible<Kind> {
        let mut arguments = Vec::new();
        let mut apply = apply.clone();
        let function = loop {
            let argument = self.required(apply.argument(), apply.syntax())?;
            arguments.push(self.operand(&argument)?);
            match self.required(apply.lambda(), apply.syntax())? {
                ast::Expr::Apply(inner) => apply = inner,
                function => break self.operand(&function)?,
            }
        };
        arguments.reverse();
        Ok(Kind::Call { function, arguments })
    }

    fn select(&mut self, select: &ast::Select) -> Fallible<Kind> {
        let from = self.operand(&self.required(select.expr(), select.syntax())?)?;
        let path = self.attrpath(select.attrpath(), select.syntax())?;
        let default = match (select.or_token(), select.default_expr()) {
            (None, _) => None,
            (Some(_), Some(default)) => Some(self.operand(&default)?),
            (Some(_), None) => return Err(self.incomplete(select.syntax())),
        };
        Ok(Kind::Select { from, path, default })
    }

    fn has_attr(&mut self, test: &ast::HasAttr) -> Fallible<Kind> {
        let of = self.operand(&self.required(test.expr(), test.syntax())?)?;
        Ok(Kind::HasAttr { of, path: self.attrpath(test.attrpath(), test.syntax())? })
    }

    fn attrpath(&mut self, path: Option<ast::Attrpath>, parent: &SyntaxNode) -> Fallible<Vec<AttrName>> {
        let path = path.ok_or_else(|| self.incomplete(parent))?;
        self.attr_names(&path)?
            .into_iter()
            .map(|name| match name {
                bindings::Named::Static(name) => Ok(AttrName::Static(name)),
                bindings::Named::Dynamic(name) => Ok(AttrName::Dynamic(self.expr(&name)?)),
            })
            .collect()
    }

    fn binary(&mut self, operation: &ast::BinOp) -> Fallible<Kind> {
        let operator = operation.operator().ok_or_else(|| self.incomplete(operation.syntax()))?;
        if matches!(operator, BinOpKind::PipeLeft | BinOpKind::PipeRight) {
            return Err(self.beyond(operation, "a pipe operator"));
        }
        let left = self.operand(&self.required(operation.lhs(), operation.syntax())?)?;
        let right = self.operand(&self.required(operation.rhs(), operation.syntax())?)?;
        Ok(Kind::Binary { operator, left, right })
    }

    /// What stands in parentheses. rnix takes any token for the closing one.
    fn inside(&self, paren: &ast::Paren) -> Fallible<ast::Expr> {
        if paren.r_paren_token().is_none() {
            return Err(self.incomplete(paren.syntax()));
        }
        self.required(paren.expr(), paren.syntax())
    }

    fn child(
        &mut self,
        child: Option<ast::Expr>,
        parent: &impl AstNode<Language = rnix::NixLanguage>,
    ) -> Fallible<Rc<Expr>> {
        let child = self.required(child, parent.syntax())?;
        self.expr(&child)
    }

    fn required<T>(&self, child: Option<T>, parent: &SyntaxNode) -> Fallible<T> {
        child.ok_or_else(|| self.incomplete(parent))
    }

    fn incomplete(&self, node: &SyntaxNode) -> Fault {
        self.source.syntax(start(node), "syntax error, something is missing here")
    }

    fn beyond(&self, node: &impl AstNode<Language = rnix::NixLanguage>, construct: &str) -> Fault {
        self.source.beyond(start(node.syntax()), construct)
    }

    fn at(&self, node: &impl AstNode<Language = rnix::NixLanguage>) -> Span {
        self.source.at(start(node.syntax()))
    }

    /// Opens a scope. A variable with the name of an operator's function would change what the operator does.
    fn enter(&mut self, names: Vec<Name>, offset: u32) -> Fallible<()> {
        if let Some(name) = names.iter().find(|name| OPERATOR_VARIABLES.contains(&&***name)) {
            return Err(self.source.beyond(offset, format!("a variable named `{name}`")));
        }
        self.scopes.enter(names);
        Ok(())
    }
}

fn ident_name(ident: &ast::Ident) -> Name {
    // The green tree has no cursors to allocate; names are most of a file.
    let green = ident.syntax().green();
    let token = green.children().find_map(NodeOrToken::into_token);
    token.map_or_else(|| Name::from(""), |token| Name::from(token.text()))
}

fn start(node: &SyntaxNode) -> u32 {
    node.text_range().start().into()
}

fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A constant, for what needs no evaluation.
fn constant(value: Val) -> Kind {
    Kind::Constant(value)
}
