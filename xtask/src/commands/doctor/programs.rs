//! The programs that commands run.

use super::Check;
use crate::tools::{
    needed::{MACHINES, NIX, Needed, VIEWER},
    nix,
    program::Programs,
};

/// Looks for all of them. Nix builds the base image; where there is one, it is only good to have.
pub(super) fn checks(programs: &dyn Programs, has_base: bool) -> Vec<Check> {
    let mut checks: Vec<_> = MACHINES.iter().map(|it| check(it, programs, Check::missing)).collect();
    let lacking = if has_base { Check::warning } else { Check::missing };
    checks.push(match (programs.find("nix"), nix::version(programs)) {
        (None, _) => check(&NIX, programs, lacking),
        (_, Ok(version)) => Check::fine("nix", NIX.commands, version),
        (_, Err(_)) => {
            lacking("nix", NIX.commands, "it knows no flakes".into(), "Nix 2.4 or newer has them".into())
        }
    });
    checks.push(check(&VIEWER, programs, Check::warning));
    checks
}

fn check(
    program: &Needed,
    programs: &dyn Programs,
    lacking: fn(&str, &str, String, String) -> Check,
) -> Check {
    let what = program.names.join(" or ");
    match program.names.iter().find_map(|name| programs.find(name)) {
        Some(path) => Check::fine(&what, program.commands, path.display().to_string()),
        None => lacking(&what, program.commands, "not on the PATH".into(), program.how_to_get()),
    }
}
