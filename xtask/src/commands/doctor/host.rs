//! The machine itself: who runs the commands, libvirt's session, the processor, and where disks lie.

use std::{
    env,
    fs::OpenOptions,
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::Result;
use generator::domain::{Forward, VirtType};

use super::{Check, programs};
use crate::{
    Place,
    deploy::{image, preflight},
    machine::{self, Files},
    report,
    session::Session,
    tools::{
        df,
        program::{Call, Programs},
        qemu::{self, EMULATOR},
        virsh::Virsh,
    },
};

/// What everything that runs a machine needs.
const MACHINES: &str = "deploy, vm";

/// Below this much room, in bytes, a new machine soon has none: its configuration alone takes some GiB.
const SPACE: (u64, u64) = (1 << 30, 10 << 30);

/// This machine, and the tree that says where disks lie.
pub(super) struct Host<'a> {
    programs: &'a dyn Programs,
    files: Result<Files>,
}

impl<'a> Host<'a> {
    pub(super) fn look(place: &Place, programs: &'a dyn Programs) -> Self {
        let files = Session::read(place).and_then(|session| Files::of(session.tree().settings()));
        Self { programs, files }
    }

    pub(super) fn checks(&self) -> Vec<Check> {
        let base = self.files.as_ref().ok().and_then(|files| image::newest(files).ok().flatten());
        let mut checks = programs::checks(self.programs, base.is_some());
        checks.extend([user(), runtime_dir(), linger()]);
        let virt_type = qemu::virt_type(self.programs);
        checks.push(self.kvm(virt_type));
        checks.extend(self.session(virt_type));
        match &self.files {
            Ok(files) => {
                checks.extend(self.folder(files.folder()));
                checks.push(base_image(base));
            }
            Err(error) => {
                let (causes, hint) = report::parts(error);
                let mend = hint.unwrap_or_else(|| "run it in the flake, or name it by -C".into());
                checks.push(Check::missing("tree", "every command", causes.join(": "), mend));
            }
        }
        checks
    }

    fn kvm(&self, virt_type: VirtType) -> Check {
        let (what, needed_for) = ("KVM", "build; deploy and vm, which are slow without");
        if virt_type == VirtType::Kvm {
            return Check::fine(what, needed_for, "guests run by the processor");
        }
        let (found, mend) = match OpenOptions::new().read(true).write(true).open("/dev/kvm") {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => (
                "/dev/kvm is not open to you",
                "Debian: `sudo usermod -aG kvm $USER`, then log in again; NixOS: `users.users.NAME.extraGroups = [ \"kvm\" ]`",
            ),
            Err(_) => (
                "there is no /dev/kvm",
                "turn virtualization on in the firmware, and nested virtualization where this is a virtual machine",
            ),
            Ok(_) if self.programs.find(EMULATOR).is_none() => {
                ("it can't be tried without QEMU", "install QEMU first")
            }
            Ok(_) => (
                "/dev/kvm opens, and no guest runs by it",
                "this machine offers what it does not do, as some hosted ones; guests are emulated here",
            ),
        };
        Check::warning(what, needed_for, found, mend)
    }

    /// Whether libvirt's session answers, and how it forwards a port.
    fn session(&self, virt_type: VirtType) -> Vec<Check> {
        let what = "libvirt's session";
        if preflight::host(self.programs, &["virsh"]).is_err() {
            let mend = "mend what is missing above first";
            return vec![Check::missing(what, MACHINES, "it can't be asked yet", mend)];
        }
        let virsh = Virsh::new(self.programs);
        let version = match virsh.version() {
            Ok(version) => version,
            Err(error) => {
                let mend = "Debian: `apt-get install libvirt-daemon libvirt-daemon-driver-qemu`; NixOS: \
                            agent.host.enable = true";
                return vec![Check::missing(what, MACHINES, one_line(&error.to_string()), mend)];
            }
        };
        let forward = match virsh.capabilities(virt_type) {
            Ok(it) if it.forward == Forward::Passt => Check::fine("port forward", MACHINES, "by passt"),
            Ok(_) => Check::fine("port forward", MACHINES, "by QEMU itself: this libvirt offers no passt"),
            Err(error) => {
                let mend = "Debian: `apt-get install qemu-system-x86`; NixOS: agent.host.enable = true";
                Check::missing("port forward", MACHINES, one_line(&error.to_string()), mend)
            }
        };
        vec![Check::fine(what, MACHINES, format!("libvirt {version} answers")), forward]
    }

    /// The folder of the disks: on a local file system with room, writable, and its owner's alone.
    fn folder(&self, folder: &Path) -> Vec<Check> {
        let named = folder.display().to_string();
        // What is not there yet is made in what is.
        let place = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
        let mut checks = Vec::new();
        let writable = Call::new("test").words(["-w"]).path(place).run(self.programs).is_ok();
        let mode = folder.metadata().map(|it| it.permissions().mode());
        checks.push(match mode {
            _ if !writable => {
                let mend = format!(
                    "let your user write to {}, or name another image-dir in agent-tool.toml",
                    place.display()
                );
                Check::missing(
                    "image-dir",
                    MACHINES,
                    format!("{} can't be written to", place.display()),
                    mend,
                )
            }
            Ok(mode) if mode & 0o077 != 0 => Check::warning(
                "image-dir",
                MACHINES,
                format!("others can look into {named}"),
                format!("`chmod 700 {named}`"),
            ),
            Ok(_) => Check::fine("image-dir", MACHINES, named.clone()),
            Err(_) => Check::fine("image-dir", MACHINES, format!("{named}, which deploy makes")),
        });
        checks.extend(df::of(self.programs, place).ok().flatten().map(|it| space(&named, &it)));
        checks
    }
}

fn space(folder: &str, it: &df::FileSystem) -> Check {
    let (least, enough) = SPACE;
    let what = "disk space";
    let found = format!("{} GiB free under {folder} ({})", it.free >> 30, it.kind);
    let mend =
        "free some, or name another image-dir in agent-tool.toml: a machine whose disk can't grow is paused";
    if it.free < least {
        Check::missing(what, MACHINES, found, mend)
    } else if it.free < enough {
        Check::warning(what, MACHINES, found, mend)
    } else if it.is_remote() {
        let mend =
            "name an image-dir on a local disk in agent-tool.toml: locks and speed of this one are not sure";
        Check::warning(what, MACHINES, found, mend)
    } else {
        Check::fine(what, MACHINES, found)
    }
}

fn user() -> Check {
    if machine::is_root() {
        let mend = "run it as the user whose machines they are: root has no libvirt session";
        return Check::missing("user", MACHINES, "root", mend);
    }
    Check::fine("user", MACHINES, env::var("USER").unwrap_or_else(|_| "not root".into()))
}

fn runtime_dir() -> Check {
    let folder = env::var_os("XDG_RUNTIME_DIR");
    match preflight::runtime_dir(folder.clone()) {
        Ok(()) => {
            let folder = folder.unwrap_or_default();
            Check::fine("XDG_RUNTIME_DIR", MACHINES, folder.display().to_string())
        }
        Err(error) => {
            let (causes, _) = report::parts(&error);
            let mend = "log in as that user, or `loginctl enable-linger` once and `export \
                        XDG_RUNTIME_DIR=/run/user/$(id -u)`";
            Check::missing("XDG_RUNTIME_DIR", MACHINES, causes.join(": "), mend)
        }
    }
}

/// Whether the user's session, and the machines in it, outlive their login (`man 1 loginctl`).
fn linger() -> Check {
    let (what, needed_for) = ("linger", "machines that outlive the login");
    if !Path::new("/run/systemd/system").exists() {
        return Check::fine(what, needed_for, "no systemd here: nothing ends with the login");
    }
    let user = env::var("USER").unwrap_or_default();
    if Path::new("/var/lib/systemd/linger").join(&user).exists() {
        return Check::fine(what, needed_for, "on");
    }
    let mend = "`loginctl enable-linger`; NixOS: agent.host.enable = true";
    Check::warning(what, needed_for, "off: the machines end with the last login", mend)
}

fn base_image(newest: Option<PathBuf>) -> Check {
    let (what, needed_for) = ("base image", "deploy");
    match newest {
        Some(image) => Check::fine(what, needed_for, image.display().to_string()),
        None => Check::warning(
            what,
            needed_for,
            "none yet",
            "deploy builds it, as `build` does (Nix and KVM), or name one by --base-image",
        ),
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
