//! The lists of modules that all hosts have by a name, which a new one has, too.

use rnix::ast::Expr;
use rowan::ast::AstNode;

use super::{
    alike::is_of_one_machine,
    passed::{given_to_system, in_all, is_called_so, is_of_host},
    place::Place,
};
use crate::nix::follow::{Follower, Value, concatenation};

/// What a list is called that is nobody's own.
const OF_ALL: [&str; 5] = ["common", "shared", "base", "default", "global"];

/// How many names lead to a list.
const STEPS: usize = 8;

/// The names of the lists of inputs' modules that all `hosts` have and that are called so at `place`, too.
///
/// What a single host has may be of it alone, unless its name says otherwise.
pub(super) fn lists(follower: &Follower<'_>, hosts: &[(Option<&str>, Value)], place: &Place) -> Vec<String> {
    let lists = hosts.iter().map(|(_, host)| {
        let mut lists = Vec::new();
        if let Some(modules) = given_to_system(follower, host, "modules") {
            take_lists(follower, &modules, place, STEPS, &mut lists);
        }
        lists
    });
    let mut lists = in_all(lists);
    lists.retain(|name| {
        let name = name.to_lowercase();
        !is_of_host(&name) && (hosts.len() > 1 || OF_ALL.iter().any(|word| name.contains(word)))
    });
    lists
}

fn take_lists(
    follower: &Follower<'_>,
    modules: &Value,
    place: &Place,
    steps: usize,
    lists: &mut Vec<String>,
) {
    let Some(term) = modules.term().filter(|_| steps > 0) else { return };
    if let Some((left, right)) = concatenation(term) {
        take_lists(follower, &left, place, steps, lists);
        take_lists(follower, &right, place, steps, lists);
        return;
    }
    if let Expr::Ident(name) = &term.expr {
        let name = name.syntax().text().to_string();
        let list = follower.reduce(modules);
        let at = place.site.syntax().filter(|_| is_of_inputs(&list) && !lists.contains(&name));
        if at.is_some_and(|at| is_called_so(follower, &list, &name, at, place)) {
            lists.push(name);
            return;
        }
    }
    if let Some(next) = follower.next(modules) {
        take_lists(follower, &next, place, steps - 1, lists);
    }
}

/// Whether a value is a list of nothing but inputs' modules, which are no machine's own.
fn is_of_inputs(list: &Value) -> bool {
    let Some(Expr::List(list)) = list.term().map(|term| &term.expr) else { return false };
    let is_of_input = |module: Expr| {
        let text = module.syntax().text().to_string();
        matches!(module, Expr::Select(_)) && text.contains("nixosModule") && !is_of_one_machine(&module)
    };
    list.items().next().is_some() && list.items().all(is_of_input)
}
