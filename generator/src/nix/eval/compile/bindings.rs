//! The definitions in `{ }` and `let`, merged as Nix's parser merges them: `a.b = 1; a = { c = 2; };` is one set.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use rnix::ast::{self, HasEntry};
use rowan::ast::AstNode;

use super::{Compiler, MAX_PATH, ident_name, start, strings::static_text};
use crate::nix::eval::{
    error::{ErrorKind, Fallible, Fault},
    expr::{Binding, Bindings, Bound, Dynamic, Expr, Kind},
    value::Name,
};

/// An attribute's name in the syntax tree.
pub(super) enum Named {
    Static(Name),
    Dynamic(ast::Expr),
}

/// The definitions of a set, merged and not compiled yet.
pub(super) struct Definitions {
    recursive: bool,
    offset: u32,
    statics: BTreeMap<Name, Definition>,
    dynamics: Vec<(ast::Expr, Definition)>,
}

struct Definition {
    offset: u32,
    value: Defined,
}

enum Defined {
    Expr(ast::Expr),
    /// A literal set: more may be merged into it.
    Set(Definitions),
    /// `inherit name`
    Outer,
    /// `inherit (source) name`
    From(ast::Expr),
}

impl Definitions {
    fn new(recursive: bool, offset: u32) -> Self {
        Self { recursive, offset, statics: BTreeMap::new(), dynamics: Vec::new() }
    }
}

impl Compiler<'_> {
    pub(super) fn let_in(&mut self, let_in: &ast::LetIn) -> Fallible<Kind> {
        let definitions = self.definitions(let_in, true)?;
        if let Some((_, dynamic)) = definitions.dynamics.first() {
            return Err(self.source.failed(dynamic.offset, "dynamic attributes are not allowed in let"));
        }
        self.enter(definitions.statics.keys().cloned().collect(), definitions.offset)?;
        let compiled = self.inside_let(&definitions, let_in);
        self.scopes.leave();
        compiled
    }

    fn inside_let(&mut self, definitions: &Definitions, let_in: &ast::LetIn) -> Fallible<Kind> {
        let bindings = self.bindings_in_scope(definitions)?;
        Ok(Kind::Let(bindings, self.child(let_in.body(), let_in)?))
    }

    /// Compiles definitions; recursive ones are a scope.
    pub(super) fn bindings(&mut self, definitions: &Definitions) -> Fallible<Bindings> {
        if !definitions.recursive {
            return self.bindings_in_scope(definitions);
        }
        if definitions.statics.contains_key("__overrides") {
            return Err(self.source.beyond(definitions.offset, "`__overrides`"));
        }
        self.enter(definitions.statics.keys().cloned().collect(), definitions.offset)?;
        let bindings = self.bindings_in_scope(definitions);
        self.scopes.leave();
        bindings
    }

    fn bindings_in_scope(&mut self, definitions: &Definitions) -> Fallible<Bindings> {
        let mut sources = Sources::default();
        let mut statics = Vec::with_capacity(definitions.statics.len());
        for (name, definition) in &definitions.statics {
            let value = match &definition.value {
                Defined::Outer => Bound::Outer(self.outside(name, definition, definitions.recursive)?),
                Defined::From(source) => Bound::From(sources.index(self, source)?),
                Defined::Expr(_) | Defined::Set(_) => Bound::Inner(self.defined(definition)?),
            };
            statics.push(Binding { name: name.clone(), at: self.source.at(definition.offset), value });
        }
        let mut dynamics = Vec::new();
        for (name, definition) in &definitions.dynamics {
            dynamics.push(Dynamic {
                at: self.source.at(definition.offset),
                name: self.expr(name)?,
                value: self.defined(definition)?,
            });
        }
        Ok(Bindings { recursive: definitions.recursive, statics, dynamics, sources: sources.compiled })
    }

    fn defined(&mut self, definition: &Definition) -> Fallible<Rc<Expr>> {
        match &definition.value {
            Defined::Expr(expr) => self.expr(expr),
            Defined::Set(inner) => {
                let at = self.source.at(definition.offset);
                Ok(Rc::new(Expr { at, kind: Kind::Attrs(self.bindings(inner)?) }))
            }
            // Only a name can be inherited, and names are static.
            Defined::Outer | Defined::From(_) => {
                Err(self.source.syntax(definition.offset, "dynamic attributes are not allowed in inherit"))
            }
        }
    }

    /// The variable that `inherit name` means: never the definition itself.
    fn outside(&mut self, name: &Name, definition: &Definition, recursive: bool) -> Fallible<Rc<Expr>> {
        let kind = self.variable(name, definition.offset, u32::from(recursive))?;
        Ok(Rc::new(Expr { at: self.source.at(definition.offset), kind }))
    }

    /// Collects the definitions of a set or `let`.
    pub(super) fn definitions(
        &self,
        node: &(impl HasEntry + AstNode<Language = rnix::NixLanguage>),
        recursive: bool,
    ) -> Fallible<Definitions> {
        let mut definitions = Definitions::new(recursive, start(node.syntax()));
        for entry in node.entries() {
            match entry {
                ast::Entry::Inherit(inherit) => self.inherit(&inherit, &mut definitions)?,
                ast::Entry::AttrpathValue(entry) => {
                    let path = self.required(entry.attrpath(), entry.syntax())?;
                    let value = self.value(&self.required(entry.value(), entry.syntax())?)?;
                    self.define(&mut definitions, &path, value)?;
                }
            }
        }
        Ok(definitions)
    }

    fn value(&self, expr: &ast::Expr) -> Fallible<Defined> {
        match expr {
            ast::Expr::Paren(paren) => self.value(&self.inside(paren)?),
            ast::Expr::AttrSet(set) => Ok(Defined::Set(self.definitions(set, set.rec_token().is_some())?)),
            expr => Ok(Defined::Expr(expr.clone())),
        }
    }

    fn inherit(&self, inherit: &ast::Inherit, definitions: &mut Definitions) -> Fallible<()> {
        let source = match inherit.from() {
            None => None,
            Some(from) => {
                if from.r_paren_token().is_none() {
                    return Err(self.incomplete(from.syntax()));
                }
                // Versions of Nix differ in whether they look at the set at all.
                if inherit.attrs().next().is_none() {
                    return Err(self.beyond(inherit, "inheriting nothing from a set"));
                }
                Some(self.required(from.expr(), from.syntax())?)
            }
        };
        for attr in inherit.attrs() {
            let offset = start(attr.syntax());
            let Named::Static(name) = self.attr_name(&attr)? else {
                return Err(self.source.failed(offset, "dynamic attributes are not allowed in inherit"));
            };
            if let Some(earlier) = definitions.statics.get(&name) {
                return Err(self.duplicate(&name, offset, earlier));
            }
            let value = source.clone().map_or(Defined::Outer, Defined::From);
            definitions.statics.insert(name, Definition { offset, value });
        }
        Ok(())
    }

    /// Nix's `addAttr`.
    fn define(&self, definitions: &mut Definitions, path: &ast::Attrpath, value: Defined) -> Fallible<()> {
        let definition = Definition { offset: start(path.syntax()), value };
        self.insert(definitions, self.attr_names(path)?.into_iter(), path, definition)
    }

    fn insert(
        &self,
        set: &mut Definitions,
        mut names: std::vec::IntoIter<Named>,
        path: &ast::Attrpath,
        definition: Definition,
    ) -> Fallible<()> {
        let name = self.required(names.next(), path.syntax())?;
        if names.len() == 0 {
            return self.insert_last(set, name, path, definition);
        }
        let offset = definition.offset;
        match name {
            Named::Static(name) => {
                let earlier = set.statics.entry(name).or_insert_with(|| nested(offset));
                if let Defined::Set(inner) = &mut earlier.value {
                    return self.insert(inner, names, path, definition);
                }
                Err(self.duplicate(&path.to_string(), offset, earlier))
            }
            // Never merged: whether two names are the same isn't known yet.
            Named::Dynamic(name) => {
                let mut inner = Definitions::new(false, offset);
                self.insert(&mut inner, names, path, definition)?;
                set.dynamics.push((name, Definition { offset, value: Defined::Set(inner) }));
                Ok(())
            }
        }
    }

    fn insert_last(
        &self,
        set: &mut Definitions,
        name: Named,
        path: &ast::Attrpath,
        definition: Definition,
    ) -> Fallible<()> {
        let name = match name {
            Named::Static(name) => name,
            Named::Dynamic(name) => {
                set.dynamics.push((name, definition));
                return Ok(());
            }
        };
        let Some(earlier) = set.statics.get_mut(&name) else {
            set.statics.insert(name, definition);
            return Ok(());
        };
        match (&mut earlier.value, definition.value) {
            (Defined::Set(into), Defined::Set(from)) => self.merge(into, from, definition.offset),
            _ => Err(self.duplicate(&path.to_string(), definition.offset, earlier)),
        }
    }

    fn merge(&self, into: &mut Definitions, from: Definitions, offset: u32) -> Fallible<()> {
        // The first set says whether all is recursive, and that is a trap for whoever wrote the second.
        if from.recursive && !into.recursive {
            return Err(self.source.beyond(offset, "a `rec` set that is merged into one without `rec`"));
        }
        // Nix 2.8 forgets these.
        if let Some((_, dynamic)) = from.dynamics.first() {
            return Err(self
                .source
                .beyond(dynamic.offset, "a dynamic attribute of a set that is merged into another"));
        }
        for (name, definition) in from.statics {
            if let Some(earlier) = into.statics.get(&name) {
                return Err(self.duplicate(&name, definition.offset, earlier));
            }
            into.statics.insert(name, definition);
        }
        Ok(())
    }

    fn duplicate(&self, name: &str, offset: u32, earlier: &Definition) -> Fault {
        let line = self.source.location(earlier.offset).position.line;
        self.source.failed(offset, format!("attribute '{name}' is already defined in line {line}"))
    }

    pub(super) fn attr_names(&self, path: &ast::Attrpath) -> Fallible<Vec<Named>> {
        let names: Vec<_> = path.attrs().map(|attr| self.attr_name(&attr)).collect::<Fallible<_>>()?;
        if names.len() > MAX_PATH {
            return Err(self
                .source
                .error(start(path.syntax()), ErrorKind::Limit { what: "a long attribute path" }));
        }
        Ok(names)
    }

    fn attr_name(&self, attr: &ast::Attr) -> Fallible<Named> {
        match attr {
            ast::Attr::Ident(ident) => Ok(Named::Static(ident_name(ident))),
            ast::Attr::Str(string) => Ok(match static_text(string) {
                Some(name) => Named::Static(name),
                None => Named::Dynamic(ast::Expr::Str(string.clone())),
            }),
            ast::Attr::Dynamic(dynamic) => {
                let mut expr = self.required(dynamic.expr(), dynamic.syntax())?;
                while let ast::Expr::Paren(paren) = &expr {
                    expr = self.inside(paren)?;
                }
                // `${"name"}` is the same as `name`, also where the name must be static.
                let name = if let ast::Expr::Str(string) = &expr { static_text(string) } else { None };
                Ok(name.map_or(Named::Dynamic(expr), Named::Static))
            }
        }
    }
}

fn nested(offset: u32) -> Definition {
    Definition { offset, value: Defined::Set(Definitions::new(false, offset)) }
}

/// The sets that are inherited from, each compiled once.
#[derive(Default)]
struct Sources {
    by_offset: HashMap<u32, usize>,
    compiled: Vec<Rc<Expr>>,
}

impl Sources {
    fn index(&mut self, compiler: &mut Compiler<'_>, source: &ast::Expr) -> Fallible<usize> {
        let offset = start(source.syntax());
        if let Some(index) = self.by_offset.get(&offset) {
            return Ok(*index);
        }
        let index = self.compiled.len();
        self.compiled.push(compiler.expr(source)?);
        self.by_offset.insert(offset, index);
        Ok(index)
    }
}
