//! `nixos-rebuild`, from here to a machine over SSH.

use std::time::Duration;

use super::{
    program::{Call, Failure, Programs, quote},
    ssh::Ssh,
};

/// How long it may take: it may have to build or fetch a desktop, and to copy it.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// Builds `flake` here and switches the machine to it, as its admin user, who becomes root without a password.
pub(crate) fn switch(
    programs: &dyn Programs,
    ssh: &Ssh<'_>,
    admin: &str,
    flake: &str,
    hear: &dyn Fn(&str),
) -> Result<(), Failure> {
    // Both nixos-rebuild and Nix split it at spaces, and know quotes.
    let options: Vec<_> = ssh.options().iter().map(|option| quote(option)).collect();
    let target = format!("{admin}@{}", ssh.host());
    let words = ["switch", "--flake", flake, "--target-host", &target, "--sudo"];
    let call = Call::new("nixos-rebuild").words(words).variable("NIX_SSHOPTS", &options.join(" "));
    programs.run(&call.limit(LIMIT), hear).map(drop)
}
