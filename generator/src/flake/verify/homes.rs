//! Homes that a framework gives the people of every host: what they read of it a new one must have.

use rnix::ast::Expr;
use rowan::ast::AstNode;

use super::{
    asked::{Options, Path, name},
    doubts::is_nowhere,
};
use crate::{
    nix::follow::{Follower, Term},
    path::TreePath,
};

/// What a home calls the options of its host.
const HOST: &str = "osConfig";

/// Where one of the homes below `folders` reads something by its name that no module says, of which these are the `options`,
/// and what.
pub(super) fn lacking(
    follower: &Follower<'_>,
    folders: &[TreePath],
    options: &Options,
) -> Option<(Term, String)> {
    let files = folders.iter().flat_map(|folder| follower.files_with_word(folder, HOST));
    let terms = files.filter_map(|file| follower.file(&file)?.term().cloned()).flat_map(Term::within);
    let mut read = terms.filter_map(|term| Some((option(&term.expr)?, term)));
    let (option, at) = read.find(|(option, _)| is_nowhere(options, option))?;
    Some((at, option.join(".")))
}

/// The option that is read of the host, whether that has it or not.
fn option(expr: &Expr) -> Option<Path> {
    let Expr::Select(select) = expr else { return None };
    let is_its = select.expr()?.syntax().text() == HOST && select.default_expr().is_none();
    is_its.then(|| select.attrpath().map(|path| path.attrs().map(|attr| name(&attr)).collect()))?
}
