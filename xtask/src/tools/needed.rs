//! The programs that commands run, and where each is from.

use super::{program::Programs, qemu::EMULATOR};

/// A program, or several of which one is enough.
pub(crate) struct Needed {
    pub(crate) names: &'static [&'static str],
    /// The commands that run it.
    pub(crate) commands: &'static str,
    /// Debian's package.
    debian: &'static str,
    /// What brings it on NixOS.
    nixos: &'static str,
}

/// What `nixosModules.agent-host` of this flake brings.
const AGENT_HOST: &str = "agent.host.enable = true";

/// Those without which a machine can't be run.
pub(crate) const MACHINES: [Needed; 7] = [
    Needed {
        names: &["git"],
        commands: "deploy, git's index",
        debian: "git",
        nixos: "programs.git.enable = true",
    },
    Needed { names: &["virsh"], commands: "deploy, vm", debian: "libvirt-clients", nixos: AGENT_HOST },
    Needed { names: &[EMULATOR], commands: "deploy, vm start", debian: "qemu-system-x86", nixos: AGENT_HOST },
    Needed {
        names: &["qemu-img"],
        commands: "deploy, vm status, prune",
        debian: "qemu-utils",
        nixos: AGENT_HOST,
    },
    Needed { names: &["ssh"], commands: "deploy, vm ssh", debian: "openssh-client", nixos: "pkgs.openssh" },
    Needed { names: &["ssh-keyscan"], commands: "deploy", debian: "openssh-client", nixos: "pkgs.openssh" },
    Needed { names: &["tar"], commands: "deploy", debian: "tar", nixos: "pkgs.gnutar" },
];

/// What builds.
pub(crate) const NIX: Needed = Needed {
    names: &["nix"],
    commands: "build, and deploy without a base image",
    debian: "nix-bin",
    nixos: "it is there",
};

/// What switches a machine from here.
const NIXOS_REBUILD: Needed = Needed {
    names: &["nixos-rebuild"],
    commands: "deploy --build-on operator",
    debian: "none; `nix develop` has it",
    nixos: "it is there",
};

/// What shows a desktop.
pub(crate) const VIEWER: Needed = Needed {
    names: &["remote-viewer", "virt-viewer"],
    commands: "vm view",
    debian: "virt-viewer",
    nixos: AGENT_HOST,
};

impl Needed {
    /// How to get it.
    pub(crate) fn how_to_get(&self) -> String {
        format!("Debian: `apt-get install {}`; NixOS: {}", self.debian, self.nixos)
    }
}

/// What is missing of `names`, each with how to get it.
pub(crate) fn missing<'a>(programs: &dyn Programs, names: &[&'a str]) -> Vec<(&'a str, String)> {
    let all: Vec<_> = MACHINES.iter().chain([&NIX, &NIXOS_REBUILD, &VIEWER]).collect();
    let how = |name: &str| all.iter().find(|it| it.names.contains(&name)).map(|it| it.how_to_get());
    let missing = names.iter().filter(|name| programs.find(name).is_none());
    missing.map(|name| (*name, how(name).unwrap_or_default())).collect()
}
