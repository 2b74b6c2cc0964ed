//! The deployment of one agent: ten steps from the tree to a machine that has its configuration and reads its secrets.
//!
//! Each step looks at the world first (`probe`) and does only what is not so already (`run`), so that a deployment
//! that was interrupted anywhere goes on where it stands. No file of ours is believed where the thing itself can be
//! asked: the domain is what libvirt says, the key is what the guest says, the configuration is what runs.

mod define;
mod disk;
mod identity;
pub(crate) mod image;
pub(crate) mod preflight;
mod rekey;
mod rollback;
mod source;
pub(crate) mod start;
mod switch;
#[cfg(test)]
mod tests;
mod trust;
mod unit;
mod verify;

use std::{
    cell::Cell,
    fmt,
    path::PathBuf,
    sync::{Mutex, OnceLock},
    time::Duration,
};

use anyhow::{Result, anyhow};
use clap::ValueEnum;
use generator::{
    agent::summary,
    domain::VirtType,
    error::Error,
    name::AgentName,
    plan::Plan,
    secrets::{
        keyring::{Ask, Keyring, SecretString},
        recipient::Recipient,
        reseal::Keys,
    },
    tree::Tree,
};

use crate::{
    Place,
    identities::Terminal,
    machine::Machine,
    session::Session,
    tools::{program::Programs, qemu, virsh::State},
};

/// A step of a deployment, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Step {
    /// What has to be so before anything is done
    Preflight,
    /// A base image at hand
    Image,
    /// A disk on it
    Disk,
    /// The domain in libvirt
    Define,
    /// The machine runs and answers
    Start,
    /// Its host key is known, and is the agent's
    Identity,
    /// Its host key is in secrets.nix
    Trust,
    /// Its secrets are sealed to it
    Rekey,
    /// It has its configuration
    Switch,
    /// It is what it should be
    Verify,
}

/// What a step finds when it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Probe {
    /// It is so already.
    Holds(String),
    /// It is not, and this is what will be done.
    Open(String),
    /// It can't be told yet, and why.
    Unknown(String),
}

/// What an operator asks of a deployment.
#[derive(Debug)]
pub(crate) struct Options {
    /// A base image that is not built.
    pub(crate) base_image: Option<PathBuf>,
    pub(crate) rebuild_base: bool,
    pub(crate) full_copy: bool,
    pub(crate) virt_type: Option<VirtType>,
    pub(crate) build_on: BuildOn,
    /// A pushed flake, in the place of the tree.
    pub(crate) flake: Option<String>,
    /// The fingerprint that a machine without a guest agent must show.
    pub(crate) fingerprint: Option<String>,
    /// Whether another host key may take the place of the one that is trusted.
    pub(crate) replace_host_key: bool,
    /// How long a machine may take to answer.
    pub(crate) boot_limit: Duration,
    /// The command that is run now, without the names: with one, it goes on where a deployment ended.
    pub(crate) command: String,
}

/// Where a configuration is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BuildOn {
    /// In the guest, which needs nothing of this machine
    Guest,
    /// Here, where an input can't be fetched from the guest
    Operator,
}

/// What deployments side by side share.
pub(crate) struct Shared<'a> {
    pub(crate) place: &'a Place,
    pub(crate) options: &'a Options,
    pub(crate) programs: &'a dyn Programs,
    /// Private keys that SSH tries first.
    pub(crate) identities: Vec<PathBuf>,
    /// The keys that open secrets: whoever has them is the one who changes the tree, or asks for a passphrase.
    pub(crate) keyring: Mutex<Keyring>,
    /// The base image that was built by these deployments; whoever has it is the one who builds.
    pub(crate) built: Mutex<Option<PathBuf>>,
    pub(crate) virt_type: OnceLock<VirtType>,
    /// How long a machine may be out of reach after a switch.
    pub(crate) reach_limit: Duration,
}

/// Where a deployment says what it does.
pub(crate) trait Say: Sync {
    /// At which step it looks whether it holds.
    fn looking(&self, step: Step);
    /// What is done now.
    fn doing(&self, step: Step, text: &str);
    /// What is so.
    fn done(&self, step: Step, text: &str);
    /// What a program says meanwhile.
    fn line(&self, text: &str);
    /// What should be kept: a diff, a warning.
    fn note(&self, text: &str);
    /// Leaves the terminal to somebody who asks a person there.
    fn leave(&self, ask: &mut dyn FnMut());
}

/// Asks for passphrases where a deployment has left the terminal.
struct Asking<'a>(&'a dyn Say);

/// The deployment of one agent.
pub(crate) struct Deployment<'a> {
    pub(crate) shared: &'a Shared<'a>,
    pub(crate) machine: Machine<'a>,
    pub(crate) say: &'a dyn Say,
    /// Whether this deployment has changed the tree.
    changed: Cell<bool>,
    /// Whether the machine has turned out to have no guest agent.
    without_agent: Cell<bool>,
    /// Whether this deployment has switched the machine.
    switched: Cell<bool>,
}

impl Step {
    /// Looks whether it is so already.
    pub(crate) fn probe(self, deployment: &Deployment<'_>) -> Result<Probe> {
        match self {
            Self::Preflight => preflight::probe(deployment),
            Self::Image => image::probe(deployment),
            Self::Disk => disk::probe(deployment),
            Self::Define => define::probe(deployment),
            Self::Start => start::probe(deployment),
            Self::Identity => identity::probe(deployment),
            Self::Trust => trust::probe(deployment),
            Self::Rekey => rekey::probe(deployment),
            Self::Switch => switch::probe(deployment),
            Self::Verify => verify::probe(deployment),
        }
    }

    fn run(self, deployment: &Deployment<'_>) -> Result<()> {
        match self {
            Self::Preflight => Ok(()),
            Self::Image => image::run(deployment),
            Self::Disk => disk::run(deployment),
            Self::Define => define::run(deployment),
            Self::Start => start::run(deployment),
            Self::Identity => identity::run(deployment),
            Self::Trust => trust::run(deployment),
            Self::Rekey => rekey::run(deployment),
            Self::Switch => switch::run(deployment),
            Self::Verify => verify::run(deployment),
        }
    }

    /// The steps from one to another, both included.
    pub(crate) fn range(from: Self, until: Self) -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied().filter(move |step| (from..=until).contains(step))
    }
}

impl<'a> Deployment<'a> {
    pub(crate) fn of(
        shared: &'a Shared<'a>,
        tree: &Tree,
        name: &AgentName,
        say: &'a dyn Say,
    ) -> Result<Self> {
        let machine = Machine::of(tree, name, &shared.identities, shared.programs)?;
        let no = || Cell::new(false);
        Ok(Self { shared, machine, say, changed: no(), without_agent: no(), switched: no() })
    }

    /// Takes the steps, and says of each what was so and what was done; in the end, whether anything was.
    pub(crate) fn run(&self, steps: impl Iterator<Item = Step>) -> Result<bool> {
        let mut done = false;
        let _alone = self.machine.hold()?;
        for step in steps {
            done |= self.take(step).map_err(|error| self.explain(step, error))?;
        }
        Ok(done)
    }

    /// Takes a step, unless it holds already.
    fn take(&self, step: Step) -> Result<bool> {
        self.say.looking(step);
        let todo = match step.probe(self)? {
            Probe::Holds(how) => {
                self.say.done(step, &how);
                return Ok(false);
            }
            Probe::Open(todo) | Probe::Unknown(todo) => todo,
        };
        self.say.doing(step, &todo);
        step.run(self)?;
        match step.probe(self)? {
            Probe::Holds(how) => {
                self.say.done(step, &how);
                Ok(true)
            }
            Probe::Open(left) | Probe::Unknown(left) => Err(anyhow!("it was done, and still: {left}")),
        }
    }

    /// An error with the step that it is of, and the command that goes on from there. What to do before, it says itself.
    fn explain(&self, step: Step, error: anyhow::Error) -> anyhow::Error {
        let (name, command) = (&self.machine.name, &self.options().command);
        error.context(format!(
            "{name} is not deployed: the step `{step}` failed, and `{command} {name}` goes on from there"
        ))
    }

    pub(crate) fn name(&self) -> &AgentName {
        &self.machine.name
    }

    pub(crate) fn options(&self) -> &Options {
        self.shared.options
    }

    /// The tree as it stands now.
    pub(crate) fn session(&self) -> Result<Session> {
        Session::read(self.shared.place)
    }

    /// The host key that the tree has for the machine.
    pub(crate) fn key(&self) -> Result<Option<Recipient>> {
        Ok(summary::host_key(self.session()?.tree(), self.name())?)
    }

    /// Whether the agent was born with a host key, which is sealed in the tree.
    pub(crate) fn is_born(&self) -> Result<bool> {
        let session = self.session()?;
        let tree = session.tree();
        Ok(tree.has(&tree.settings().paths.host_key_secret(self.name())))
    }

    /// How guests run here.
    pub(crate) fn virt_type(&self) -> VirtType {
        let asked = self.options().virt_type;
        asked.unwrap_or_else(|| *self.shared.virt_type.get_or_init(|| qemu::virt_type(self.shared.programs)))
    }

    /// Changes the tree: one deployment at a time, with the diff shown, and with no other command between.
    fn change(&self, plan: impl FnOnce(&Tree, &mut Keys<'_>) -> Result<Option<Plan>>) -> Result<()> {
        let mut keyring = self.keyring()?;
        let session = match Session::write(self.shared.place) {
            Err(error) if matches!(error.downcast_ref(), Some(Error::Locked { .. })) => {
                self.say.line(&format!("{error}: waiting for it"));
                Session::write(&self.shared.place.waiting())?
            }
            outcome => outcome?,
        };
        let mut ask = Asking(self.say);
        let mut keys =
            Keys { keyring: &mut keyring, ask: &mut ask, force: false, keep_going: false, progress: &() };
        let Some(plan) = plan(session.tree(), &mut keys)? else { return Ok(()) };
        self.say.note(&plan.diff());
        plan.notes.iter().for_each(|text| self.say.note(&format!("note: {text}")));
        session.apply(&plan)?;
        self.changed.set(true);
        Ok(())
    }

    /// The keyring, and with it the right to change the tree.
    fn keyring(&self) -> Result<std::sync::MutexGuard<'_, Keyring>> {
        self.shared.keyring.lock().map_err(|_| anyhow!("another deployment failed while it changed the tree"))
    }

    /// The base image that was built for these deployments, and with it the right to build one.
    fn built(&self) -> Result<std::sync::MutexGuard<'_, Option<PathBuf>>> {
        self.shared
            .built
            .lock()
            .map_err(|_| anyhow!("another deployment failed while it built the base image"))
    }

    /// Whether the machine runs.
    fn is_running(&self) -> Result<bool> {
        Ok(self.machine.state()? == Some(State::Running))
    }
}

impl Ask for Asking<'_> {
    fn passphrase(&mut self, name: &str) -> Option<SecretString> {
        let mut answer = None;
        self.0.leave(&mut || answer = Terminal.passphrase(name));
        answer
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Preflight => "preflight",
            Self::Image => "image",
            Self::Disk => "disk",
            Self::Define => "define",
            Self::Start => "start",
            Self::Identity => "identity",
            Self::Trust => "trust",
            Self::Rekey => "rekey",
            Self::Switch => "switch",
            Self::Verify => "verify",
        })
    }
}

/// What a step that needs a running machine says without one.
fn not_running() -> Probe {
    Probe::Unknown("can't be told before the machine runs".into())
}

/// What a step that looks into the machine says when it can't.
fn not_entered(error: &anyhow::Error) -> Probe {
    Probe::Unknown(format!("can't be told before it can be entered: {error:#}"))
}
