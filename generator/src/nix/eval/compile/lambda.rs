//! Functions and their parameters.

use std::rc::Rc;

use rnix::ast;
use rowan::ast::AstNode;

use super::{Compiler, ident_name, start};
use crate::nix::eval::{
    error::Fallible,
    expr::{Formal, Kind, Lambda, Parameter},
    value::Name,
};

impl Compiler<'_> {
    pub(super) fn lambda(&mut self, lambda: &ast::Lambda) -> Fallible<Kind> {
        let offset = start(lambda.syntax());
        let parameter = self.required(lambda.param(), lambda.syntax())?;
        let names = self.parameter_names(&parameter)?;
        let mut sorted: Vec<&Name> = names.iter().collect();
        sorted.sort();
        if let Some(name) = sorted.iter().zip(sorted.iter().skip(1)).find_map(|(a, b)| (a == b).then_some(a))
        {
            return Err(self.source.failed(offset, format!("duplicate formal function argument '{name}'")));
        }
        self.enter(names, offset)?;
        let compiled = self.inside_lambda(&parameter, lambda);
        self.scopes.leave();
        compiled
    }

    fn parameter_names(&self, parameter: &ast::Param) -> Fallible<Vec<Name>> {
        let named = |ident: Option<ast::Ident>| Ok(ident_name(&self.required(ident, parameter.syntax())?));
        match parameter {
            ast::Param::IdentParam(parameter) => Ok(vec![named(parameter.ident())?]),
            ast::Param::Pattern(pattern) => {
                let bound = pattern.pat_bind().map(|bind| named(bind.ident()));
                bound.into_iter().chain(pattern.pat_entries().map(|entry| named(entry.ident()))).collect()
            }
        }
    }

    /// The defaults see the parameters, and so does the body.
    fn inside_lambda(&mut self, parameter: &ast::Param, lambda: &ast::Lambda) -> Fallible<Kind> {
        let parameter = match parameter {
            ast::Param::IdentParam(_) => Parameter::Name,
            ast::Param::Pattern(pattern) => {
                let mut formals = Vec::new();
                for entry in pattern.pat_entries() {
                    let name = ident_name(&self.required(entry.ident(), entry.syntax())?);
                    let default = match entry.question_token() {
                        None => None,
                        // The name is an expression, too, and comes first.
                        Some(_) => Some(
                            self.child(entry.syntax().children().filter_map(ast::Expr::cast).nth(1), &entry)?,
                        ),
                    };
                    formals.push(Formal { name, default });
                }
                Parameter::Pattern {
                    bound: pattern.pat_bind().is_some(),
                    formals,
                    open: pattern.ellipsis_token().is_some(),
                }
            }
        };
        // The body is the last expression: the parameter is a node of its own.
        let body = self.child(lambda.body(), lambda)?;
        Ok(Kind::Lambda(Rc::new(Lambda { parameter, body })))
    }
}
