//! Whether what an expression names is read where it stands.

use rnix::ast::{AttrpathValue, Expr};
use rowan::ast::AstNode;

use crate::nix::{
    find::keys,
    follow::{Term, called, conditional, last_name},
};

/// Whether an expression in a body is there on a condition that is seen not to hold: `optional false …`.
pub(super) fn is_left_out(body: &Term, expr: &Expr) -> bool {
    let at = expr.syntax().text_range();
    let fails = |condition: Expr, given: bool| {
        let said = body.passed(&condition.syntax().text().to_string());
        said.is_some_and(|said| said == (!given).to_string())
    };
    let contains = |part: Option<&Expr>| part.is_some_and(|it| it.syntax().text_range().contains_range(at));
    around(body, expr).any(|above| match above {
        Expr::Apply(call) => conditional(&call)
            .is_some_and(|(condition, value)| contains(Some(&value)) && fails(condition, true)),
        Expr::IfElse(it) => it.condition().is_some_and(|condition| {
            contains(it.body().as_ref()) && fails(condition.clone(), true)
                || contains(it.else_body().as_ref()) && fails(condition, false)
        }),
        _ => false,
    })
}

/// Whether an expression in a module is there whatever is said to options, or passed: under no condition, and in no function
/// that may not be called.
pub(super) fn is_certain(body: &Term, expr: &Expr) -> bool {
    let at = expr.syntax().text_range();
    around(body, expr).all(|above| match above {
        Expr::Apply(call) => {
            called(&call).is_none_or(|name| !name.starts_with("optional") && !name.starts_with("mkIf"))
        }
        Expr::LetIn(it) => it.body().is_some_and(|it| it.syntax().text_range().contains_range(at)),
        Expr::IfElse(_) | Expr::Lambda(_) => false,
        _ => true,
    })
}

/// The expressions of a body that `expr` stands in, the innermost first.
fn around(body: &Term, expr: &Expr) -> impl Iterator<Item = Expr> {
    let range = body.expr.syntax().text_range();
    let around = expr.syntax().ancestors().skip(1).filter_map(Expr::cast);
    around.take_while(move |it| range.contains_range(it.syntax().text_range()))
}

/// Whether an expression is bound to an option of sops-nix that takes a file which it asserts to be there.
pub(super) fn is_secret_file(expr: &Expr) -> bool {
    bound_to(expr).as_deref() == Some("sopsFile") || is_for_all_secrets(expr)
}

/// Whether that is the file for all secrets that say no other.
pub(super) fn is_for_all_secrets(expr: &Expr) -> bool {
    bound_to(expr).as_deref() == Some("defaultSopsFile")
}

/// Whether an expression is bound to an option that takes a file.
pub(super) fn is_a_file(expr: &Expr) -> bool {
    bound_to(expr).is_some_and(|name| name.ends_with("File"))
}

/// The last name of what an expression is bound to.
fn bound_to(expr: &Expr) -> Option<String> {
    let binding = expr.syntax().parent().and_then(AttrpathValue::cast)?;
    keys(&binding).pop().flatten()
}

/// Whether a path is one that is read where it stands: an item of a list of modules, what `import` is applied to, or
/// what an option is bound to.
pub(super) fn is_read(path: &Expr) -> bool {
    let mut above = path.syntax().parent().and_then(Expr::cast);
    while let Some(Expr::Paren(paren)) = above {
        above = paren.syntax().parent().and_then(Expr::cast);
    }
    match above {
        Some(Expr::List(_)) => true,
        // A folder that is named may not be read; a file that is named is.
        None => {
            let text = path.syntax().text().to_string();
            let end = text.rsplit(['/', '}']).next();
            matches!(path, Expr::PathRel(_)) && end.is_some_and(|end| end.contains('.'))
        }
        Some(Expr::Apply(call)) => {
            let function = call.lambda().and_then(|function| last_name(&function));
            function.is_some_and(|name| {
                matches!(name.as_str(), "import" | "readFile" | "readDir" | "importTOML" | "importJSON")
            })
        }
        _ => false,
    }
}
