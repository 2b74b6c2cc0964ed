//! The virtual machine of one agent, from outside: its domain, its files, and the ways into it.

mod files;
pub(crate) mod known_hosts;

use std::{
    collections::BTreeMap,
    env,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use generator::{
    agent::facts,
    apply::lock_soon,
    domain::{self, Defined},
    error::Error,
    name::AgentName,
    path::TreePath,
    settings::Settings,
    tree::Tree,
    vm::Vm,
};

pub(crate) use files::{Files, plain, private_folder};

use crate::{
    report::Hint,
    tools::{
        guest_agent::GuestAgent,
        program::Programs,
        ssh::Ssh,
        virsh::{SESSION, State, Virsh},
    },
};

/// One agent's machine.
pub(crate) struct Machine<'a> {
    pub(crate) name: AgentName,
    /// The name of its domain, which is also its host name.
    pub(crate) domain: String,
    pub(crate) vm: Vm,
    /// Who has `sudo` without a password in it.
    pub(crate) admin: String,
    /// The file of the tree with the keys that log in.
    pub(crate) operator_keys: TreePath,
    pub(crate) files: Files,
    pub(crate) programs: &'a dyn Programs,
    /// Private keys that SSH tries first.
    identities: Vec<PathBuf>,
}

impl<'a> Machine<'a> {
    /// The machine of an agent of the tree.
    pub(crate) fn of(
        tree: &Tree,
        name: &AgentName,
        identities: &[PathBuf],
        programs: &'a dyn Programs,
    ) -> Result<Self> {
        tree.expect_agent(name)?;
        let settings = tree.settings();
        Ok(Self {
            name: name.clone(),
            domain: name.host(),
            vm: facts::vm(tree, name)?,
            admin: settings.admin_user.as_str().to_owned(),
            operator_keys: settings.paths.operator_keys(),
            files: Files::of(settings)?,
            programs,
            identities: identities.to_owned(),
        })
    }

    pub(crate) fn virsh(&self) -> Virsh<'a> {
        Virsh::new(self.programs)
    }

    pub(crate) fn agent(&self) -> GuestAgent<'_> {
        GuestAgent::new(self.virsh(), &self.domain)
    }

    pub(crate) fn ssh(&self) -> Ssh<'_> {
        Ssh::new(self.programs, &self.domain, self.vm.ssh_port, self.files.known_hosts(), &self.identities)
    }

    pub(crate) fn disk(&self) -> PathBuf {
        self.files.disk(&self.name)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.files.log(&self.name)
    }

    /// What the domain is doing; nothing when it is not defined.
    pub(crate) fn state(&self) -> Result<Option<State>> {
        Ok(self.virsh().state(&self.domain)?)
    }

    /// The machine must be defined.
    pub(crate) fn expect_state(&self) -> Result<State> {
        self.state()?.with_context(|| format!("{} is not defined in libvirt", self.domain)).map_err(|error| {
            error.context(Hint(format!(
                "`deploy {}` makes it; `doctor` says what this machine lacks",
                self.name
            )))
        })
    }

    /// Keeps every other command off the machine: see [`hold`].
    pub(crate) fn hold(&self) -> Result<Option<File>> {
        hold(&self.domain)
    }

    /// Runs a script as root in the machine, over strict SSH.
    pub(crate) fn root(&self, script: &str, words: &[&str], limit: Duration) -> Result<String> {
        let ssh = self.ssh();
        Ok(ssh.run(&ssh.root(&self.admin, script, words).limit(limit))?.text())
    }

    /// An error about the guest, with the end of what it said on its serial port.
    pub(crate) fn with_log(&self, error: anyhow::Error) -> anyhow::Error {
        let log = self.log();
        let tail = files::tail(&log);
        if tail.is_empty() {
            return error;
        }
        let lines: Vec<_> = tail.iter().map(|line| format!("\n    {line}")).collect();
        error.context(format!("the guest's own words, the end of {}:{}", log.display(), lines.concat()))
    }
}

/// Keeps every other process of this user from doing something to the machine, for as long as what is returned lives.
/// Nothing, where there is no session to run machines in.
pub(crate) fn hold(domain: &str) -> Result<Option<File>> {
    let Some(folder) = env::var_os("XDG_RUNTIME_DIR").filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    let path = Path::new(&folder).join(format!("agent-tool-{domain}.lock"));
    let file = File::create(&path).map_err(Error::io("make", &path))?;
    match lock_soon(&file) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(anyhow!("another command is at work on {domain}"))
            .context(Hint("wait until it is done".into())),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error).into()),
    }
}

/// What libvirt has under the name of an agent's domain: nothing, or ours.
pub(crate) fn defined(virsh: Virsh<'_>, name: &AgentName) -> Result<Option<Defined>> {
    let domain = name.host();
    let Some(defined) = virsh.defined(&domain)? else { return Ok(None) };
    let (theirs, ours) = (defined.uuid().unwrap_or_default(), domain::uuid(name));
    if theirs == ours {
        return Ok(Some(defined));
    }
    let undefine = format!("`virsh --connect {SESSION} undefine {domain}`");
    Err(anyhow!("libvirt has another domain of the name {domain}, with the UUID {theirs} and not {ours}"))
        .context(Hint(format!("somebody else defined it: if nobody needs it, {undefine}")))
}

/// What the domains of this user are doing, by their names; nothing where libvirt is not at hand, or doesn't answer.
///
/// To ask is to start libvirt's daemon where it doesn't run. So nobody is asked where there never was a machine.
pub(crate) fn states(settings: &Settings, programs: &dyn Programs) -> Option<BTreeMap<String, State>> {
    let session = env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| !folder.is_empty());
    let at_hand = session && !is_root() && programs.find("virsh").is_some();
    if !at_hand || !Files::of(settings).ok()?.folder().exists() {
        return None;
    }
    Virsh::new(programs).domains().ok()
}

/// The folder that `image-dir` names, with the home that `~` stands for.
pub(crate) fn image_dir(settings: &Settings) -> Result<PathBuf> {
    let named = &settings.vm.image_dir;
    let Some(below) = named.strip_prefix("~/").or_else(|| (named == "~").then_some("")) else {
        return Ok(PathBuf::from(named));
    };
    let home = env::home_dir().filter(|home| home.is_absolute());
    let home = home.with_context(|| format!("image-dir is {named}, and HOME names no folder"))?;
    Ok(home.join(below))
}

/// Whether this process is root, whose session libvirt does not serve.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of a process's own folder is its effective user (`man 5 proc`).
    Path::new("/proc/self").metadata().is_ok_and(|it| it.uid() == 0)
}
