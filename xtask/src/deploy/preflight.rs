//! What has to be so before anything is done: nothing here can be mended by a deployment.

use std::{env, ffi::OsString, net::TcpListener, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, Result, anyhow};
use generator::{
    check::{self, Severity},
    operator,
    secrets::{access::Access, recipient},
    tree::Tree,
    vm::Port,
};

use super::{BuildOn, Deployment, Probe};
use crate::{
    machine::{self, Machine},
    report::Hint,
    tools::{needed, program::Programs, qemu::EMULATOR, virsh::State},
};

/// The programs that a deployment runs.
pub(crate) const PROGRAMS: [&str; 6] = ["virsh", "qemu-img", EMULATOR, "ssh", "ssh-keyscan", "tar"];

pub(super) fn probe(deployment: &Deployment<'_>) -> Result<Probe> {
    host(deployment.shared.programs, &PROGRAMS)?;
    let options = deployment.options();
    if options.build_on == BuildOn::Operator {
        programs(deployment.shared.programs, &["nix", "nixos-rebuild"])?;
    }
    let session = deployment.session()?;
    tree(session.tree())?;
    ports(&deployment.machine)?;
    Ok(Probe::Holds("this machine has what it takes, the tree is sound, the ports are free".into()))
}

/// What this machine needs for any machine of an agent, beside the programs that are to be run.
pub(crate) fn host(all: &dyn Programs, needed: &[&str]) -> Result<()> {
    if machine::is_root() {
        return Err(anyhow!("root has no libvirt session: qemu:///session serves every other user"))
            .context(Hint("run it as the user whose machines they are".into()));
    }
    programs(all, needed)?;
    runtime_dir(env::var_os("XDG_RUNTIME_DIR"))
}

/// Programs that must be there; else how to get them, in the words of `doctor`.
pub(crate) fn programs(all: &dyn Programs, needed: &[&str]) -> Result<()> {
    let missing = needed::missing(all, needed);
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
    let mends: Vec<_> = missing.iter().map(|(name, mend)| format!("{name}: {mend}")).collect();
    Err(anyhow!("this machine has no {}", names.join(", no ")))
        .context(Hint(format!("`doctor` says more; {}", mends.join("; "))))
}

/// libvirt's session is found by it: two that differ are two daemons that know nothing of each other.
pub(crate) fn runtime_dir(folder: Option<OsString>) -> Result<()> {
    let hint = || Hint("log in as that user, or `loginctl enable-linger` once; `doctor` says more".into());
    let Some(folder) = folder.filter(|it| !it.is_empty()) else {
        return Err(anyhow!("XDG_RUNTIME_DIR is not set, so that libvirt's session can't be found"))
            .context(hint());
    };
    let mode = Path::new(&folder).metadata().map(|it| it.permissions().mode());
    match mode {
        Ok(mode) if mode.trailing_zeros() >= 6 => Ok(()),
        Ok(_) => {
            Err(anyhow!("XDG_RUNTIME_DIR is {}, which others can enter", folder.display())).context(hint())
        }
        Err(error) => Err(error).context(format!("XDG_RUNTIME_DIR is {}", folder.display())).context(hint()),
    }
}

/// The tree must be one that a machine can be made from, by somebody who can log in to it.
fn tree(tree: &Tree) -> Result<()> {
    let findings = check::check(tree)?;
    let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    if let Some(first) = errors.next() {
        let more = match errors.count() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        return Err(anyhow!("the tree has an error: {} {}{more}", first.at, first.message))
            .context(Hint(format!("{}; `check` lists all of them", first.mend)));
    }
    let example = recipient::example()?;
    if Access::read(tree)?.rules().any(|(_, rule)| rule.recipients.contains(&example)) {
        return Err(anyhow!("secrets are sealed to the example key, which everybody has"))
            .context(Hint("`init --admin-key ~/.ssh/id_ed25519.pub` puts your own key in its place".into()));
    }
    if !operator::list(tree)?.iter().any(|operator| operator.logs_in) {
        let keys = tree.settings().paths.operator_keys();
        return Err(anyhow!("{keys} has no key: nobody could log in to the machine"))
            .context(Hint("`operator add NAME KEY` puts one there".into()));
    }
    Ok(())
}

/// The ports of a machine that doesn't run must be free: QEMU finds out only when it starts.
pub(crate) fn ports(machine: &Machine<'_>) -> Result<()> {
    if matches!(machine.state()?, Some(State::Running | State::Paused(_) | State::Other(_))) {
        return Ok(());
    }
    for (what, port) in [("SSH", machine.vm.ssh_port), ("SPICE", machine.vm.spice_port)] {
        if is_taken(port) {
            let spares = format!(
                "free it (`ss -ltnp 'sport = :{port}'` says who has it), or give {} another one: \
                                  agent.vm in its host",
                machine.name
            );
            return Err(anyhow!("port {port}, which is to be its {what}, is taken by another program"))
                .context(Hint(spares));
        }
    }
    Ok(())
}

/// Whether somebody listens on a port of loopback.
pub(crate) fn is_taken(port: Port) -> bool {
    TcpListener::bind(("127.0.0.1", port.get())).is_err_and(|it| it.kind() == std::io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

    use super::*;
    use crate::tools::program::{Call, Failure, Output};

    /// A machine with nothing on it.
    struct Bare;

    impl Programs for Bare {
        fn run(&self, call: &Call, _: &dyn Fn(&str)) -> Result<Output, Failure> {
            panic!("{call} is run")
        }

        fn find(&self, _: &str) -> Option<PathBuf> {
            None
        }
    }

    #[test]
    fn what_is_missing_is_named_and_doctor_knows_more() {
        let error = programs(&Bare, &["virsh", "ssh"]).unwrap_err();
        assert!(format!("{error:#}").contains("this machine has no virsh, no ssh"));
        assert_eq!(
            error.downcast_ref::<Hint>().unwrap().0,
            "`doctor` says more; virsh: Debian: `apt-get install libvirt-clients`; NixOS: agent.host.enable = true; \
             ssh: Debian: `apt-get install openssh-client`; NixOS: pkgs.openssh"
        );
    }

    #[test]
    fn a_session_is_found_by_a_folder_that_is_its_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let says = |path: &str| format!("{:#}", runtime_dir(Some(path.into())).unwrap_err());
        assert!(says("").contains("XDG_RUNTIME_DIR is not set"));
        assert!(says("/nowhere").contains("/nowhere"));
        let path = folder.path().to_str().unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        assert!(says(path).contains("others can enter"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
        runtime_dir(Some(path.into())).unwrap();
    }
}
