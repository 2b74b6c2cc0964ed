//! The programs that commands run.

use super::Check;
use crate::tools::{nix, program::Programs, qemu::EMULATOR};

/// A program, and where it is from.
struct Program {
    names: &'static [&'static str],
    needed_for: &'static str,
    /// Debian's package.
    debian: &'static str,
    /// What brings it on NixOS.
    nixos: &'static str,
}

/// What `nixosModules.agent-host` of this flake brings.
const AGENT_HOST: &str = "agent.host.enable = true";

const NEEDED: [Program; 7] = [
    Program {
        names: &["git"],
        needed_for: "deploy, git's index",
        debian: "git",
        nixos: "programs.git.enable = true",
    },
    Program { names: &["virsh"], needed_for: "deploy, vm", debian: "libvirt-clients", nixos: AGENT_HOST },
    Program {
        names: &[EMULATOR],
        needed_for: "deploy, vm start",
        debian: "qemu-system-x86",
        nixos: AGENT_HOST,
    },
    Program {
        names: &["qemu-img"],
        needed_for: "deploy, vm status, prune",
        debian: "qemu-utils",
        nixos: AGENT_HOST,
    },
    Program {
        names: &["ssh"],
        needed_for: "deploy, vm ssh",
        debian: "openssh-client",
        nixos: "pkgs.openssh",
    },
    Program {
        names: &["ssh-keyscan"],
        needed_for: "deploy",
        debian: "openssh-client",
        nixos: "pkgs.openssh",
    },
    Program { names: &["tar"], needed_for: "deploy", debian: "tar", nixos: "pkgs.gnutar" },
];

const NIX: Program = Program {
    names: &["nix"],
    needed_for: "build, and deploy without a base image",
    debian: "nix-bin",
    nixos: "it is there",
};

const VIEWER: Program = Program {
    names: &["remote-viewer", "virt-viewer"],
    needed_for: "vm view",
    debian: "virt-viewer",
    nixos: AGENT_HOST,
};

/// Looks for all of them. Nix builds the base image; where there is one, it is only good to have.
pub(super) fn checks(programs: &dyn Programs, has_base: bool) -> Vec<Check> {
    let mut checks: Vec<_> = NEEDED.iter().map(|it| it.check(programs, Check::missing)).collect();
    let lacking = if has_base { Check::warning } else { Check::missing };
    checks.push(match (programs.find("nix"), nix::version(programs)) {
        (None, _) => NIX.check(programs, lacking),
        (_, Ok(version)) => Check::fine("nix", NIX.needed_for, version),
        (_, Err(_)) => {
            lacking("nix", NIX.needed_for, "it knows no flakes".into(), "Nix 2.4 or newer has them".into())
        }
    });
    checks.push(VIEWER.check(programs, Check::warning));
    checks
}

impl Program {
    fn check(&self, programs: &dyn Programs, lacking: fn(&str, &str, String, String) -> Check) -> Check {
        let what = self.names.join(" or ");
        match self.names.iter().find_map(|name| programs.find(name)) {
            Some(path) => Check::fine(&what, self.needed_for, path.display().to_string()),
            None => lacking(
                &what,
                self.needed_for,
                "not on the PATH".into(),
                format!("Debian: `apt-get install {}`; NixOS: {}", self.debian, self.nixos),
            ),
        }
    }
}
