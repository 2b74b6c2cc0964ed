//! `new-agent`: one more agent in the tree.

use std::{
    io::{IsTerminal, Read},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use generator::{
    agent::{
        facts::Facts,
        new::{self, Birth, HostKeyMode, Outcome, Request},
    },
    name::AgentName,
    path::TreePath,
    person::{Description, Email, FullName},
    secrets::recipient::Recipient,
    tree::Tree,
    vm::{Count, Port},
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    Place,
    identities::{self, IdentityArgs},
    report,
    session::Session,
};

/// Add an agent: its user, host, home, mail account, secrets, and its entries in the shared files
///
/// The change is shown as a diff, then lands whole or not at all; new files are made known to git, without
/// their contents, so that the flake sees them. The agent is born with an SSH host key, sealed to the
/// operators, and a random mail password, sealed to the operators and its machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  new-agent vesta                          the next free ports, everything else from agent-tool.toml
  new-agent vesta --dry-run                show the diff, write nothing
  new-agent vesta --memory 8 --vcpus 4     a larger machine
  new-agent vesta --host-key first-boot    the machine makes its host key, to be trusted later
  pass mail/vesta | new-agent vesta --password-stdin
  pass headscale/vesta | new-agent vesta --tailnet-key-stdin")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct Args {
    /// The agent's name: a-z, 0-9 and `-`, a letter first, 32 bytes at most
    name: AgentName,

    /// Show the diff and write nothing; keys and passwords in it are samples
    #[arg(long)]
    dry_run: bool,

    /// Print the plan as JSON: the agent, and path, kind and diff of every change
    #[arg(long)]
    json: bool,

    /// What the user is described as, on the login screen [default: Autonomous agent NAME]
    #[arg(long, value_name = "TEXT")]
    description: Option<Description>,

    /// The name in commits and mail [default: the agent's name, with a capital]
    #[arg(long, value_name = "NAME")]
    full_name: Option<FullName>,

    /// The mail address [default: NAME@ the domain of agent-tool.toml]
    #[arg(long, value_name = "ADDRESS")]
    email: Option<Email>,

    /// How the machine comes by its SSH host key [default: generate]
    #[arg(long, value_name = "HOW")]
    host_key: Option<HostKey>,

    /// The port on loopback that leads to SSH [default: the lowest free one]
    #[arg(long, value_name = "PORT")]
    ssh_port: Option<Port>,

    /// The port on loopback for SPICE [default: the lowest free one]
    #[arg(long, value_name = "PORT")]
    spice_port: Option<Port>,

    /// Memory in GiB [default: from agent-tool.toml]
    #[arg(long, value_name = "GIB")]
    memory: Option<Count>,

    /// Virtual processors [default: from agent-tool.toml]
    #[arg(long, value_name = "N")]
    vcpus: Option<Count>,

    /// Take the files of this agent for models, in place of the templates
    #[arg(long, value_name = "AGENT")]
    like: Option<AgentName>,

    /// Read the mail password from standard input; one line break at its end is dropped
    #[arg(long, conflicts_with = "tailnet_key_stdin")]
    password_stdin: bool,

    /// Read a tailnet key from standard input: the machine joins by itself, once it has its configuration
    #[arg(long)]
    tailnet_key_stdin: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum HostKey {
    /// It is made now and sealed in the tree: one switch is enough, and a new disk keeps the identity
    Generate,
    /// The machine makes it when it first boots; it is trusted, and secrets are sealed to it, later
    FirstBoot,
}

#[derive(Serialize)]
struct Json<'a> {
    agent: AgentJson<'a>,
    applied: bool,
    changes: Vec<report::Change>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct AgentJson<'a> {
    #[serde(flatten)]
    facts: &'a Facts,
    host: String,
    host_key: Option<&'a str>,
}

pub(crate) fn run(place: &Place, args: Args) -> Result<ExitCode> {
    if args.ssh_port.is_some() && args.ssh_port == args.spice_port {
        return Err(report::Usage("one port can't be both --ssh-port and --spice-port".into()).into());
    }
    let password = args.password_stdin.then(|| read_secret("a password")).transpose()?;
    let tailnet_key = args.tailnet_key_stdin.then(|| read_secret("a tailnet key")).transpose()?;
    let mut request = Request {
        name: args.name,
        full_name: args.full_name,
        description: args.description,
        email: args.email,
        ssh_port: args.ssh_port,
        spice_port: args.spice_port,
        memory_gib: args.memory,
        vcpus: args.vcpus,
        host_key: args.host_key.map(|how| match how {
            HostKey::Generate => HostKeyMode::Generate,
            HostKey::FirstBoot => HostKeyMode::FirstBoot,
        }),
        like: args.like,
        tailnet_key,
        password,
    };
    let session = if args.dry_run { Session::read(place) } else { Session::write(place) }?;
    leave_out_what_is_sealed(session.tree(), &mut request)?;
    let birth = match new::plan(session.tree(), &request)? {
        Outcome::Planned(birth) => birth,
        Outcome::AlreadyThere => return already_there(&session, &request.name, args.json, args.dry_run),
    };
    if !args.json {
        report::plan(&birth.plan)?;
    }
    if args.dry_run {
        session.check(&birth.plan)?;
    } else {
        session.apply(&birth.plan)?;
    }
    if args.json {
        print_json(&birth, !args.dry_run)?;
    } else if args.dry_run {
        report::note("nothing was written (--dry-run)");
    } else {
        next_steps(session.tree(), &birth);
    }
    Ok(ExitCode::SUCCESS)
}

/// Leaves out of the request what the agent has sealed already, as far as the keys at hand tell that need no
/// passphrase: nobody is asked for one, only to be told that nothing changed.
fn leave_out_what_is_sealed(tree: &Tree, request: &mut Request) -> Result<()> {
    let paths = &tree.settings().paths;
    let (mail, tailnet) = (paths.mail_secret(&request.name), paths.tailnet_secret(&request.name));
    for (path, value) in [(mail, &mut request.password), (tailnet, &mut request.tailnet_key)] {
        let (Some(asked), Some(sealed)) = (value.as_ref(), tree.bytes(&path)?) else { continue };
        // A key that can't be used here is none at hand.
        let keyring = identities::keyring(&IdentityArgs::default()).unwrap_or_default();
        let opened = keyring.open_unasked(path.as_str(), &sealed);
        if opened.is_ok_and(|opened| *opened == *asked.as_bytes()) {
            *value = None;
        }
    }
    Ok(())
}

fn already_there(session: &Session, name: &AgentName, json: bool, dry_run: bool) -> Result<ExitCode> {
    let tree = session.tree();
    if !dry_run {
        // An earlier run may have come as far as the tree, and not to git's index.
        let files = tree.settings().paths.own_files(name);
        let there = files.iter().filter(|path| tree.has(path)).map(TreePath::as_str);
        session.index(&there.collect::<Vec<_>>(), &[])?;
    }
    if json {
        let facts = Facts::read(tree, name)?;
        let agent = AgentJson { facts: &facts, host: name.host(), host_key: None };
        report::json(&Json { agent, applied: false, changes: Vec::new(), notes: &[] })?;
    }
    report::note(&format!("{name} is already there: nothing changed"));
    Ok(ExitCode::SUCCESS)
}

fn print_json(birth: &Birth, applied: bool) -> Result<()> {
    let facts = &birth.facts;
    let host_key = birth.host_key.as_ref().map(Recipient::as_str);
    let agent = AgentJson { facts, host: facts.name.host(), host_key };
    report::json(&Json { agent, applied, changes: report::changes(&birth.plan), notes: &birth.plan.notes })
}

fn next_steps(tree: &Tree, birth: &Birth) {
    let (facts, settings) = (&birth.facts, tree.settings());
    let (name, vm, mail_host) = (&facts.name, &facts.vm, settings.mail_host.as_str());
    report::note(&format!(
        "
{name} is in the tree: SSH port {ssh}, SPICE port {spice}, MAC {mac}, {memory} GiB, {vcpus} processors
Next:
  git diff         read what changed, then commit it
  mailbox          make {name} on {mail_host}, with the password in {secret}
  {deploy:15}  from here to a machine that runs",
        deploy = format!("deploy {name}"),
        ssh = vm.ssh_port,
        spice = vm.spice_port,
        mac = vm.mac,
        memory = vm.memory_gib,
        vcpus = vm.vcpus,
        secret = settings.paths.mail_secret(name),
    ));
}

/// Reads one line from standard input; `what` names it in errors.
fn read_secret(what: &str) -> Result<Zeroizing<String>> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        bail!("{what} is read from a pipe or a file, and standard input is a terminal");
    }
    // Room from the start for what it can be: a buffer that grows would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(LONGEST + 1));
    (&mut stdin)
        .take(LONGEST as u64 + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("can't read {what}"))?;
    if text.len() > LONGEST {
        bail!("{what} has at most {LONGEST} bytes");
    }
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() || line.contains(['\n', '\r', '\0']) {
        bail!("{what} is one line, and not empty");
    }
    Ok(Zeroizing::new(line.to_owned()))
}

const LONGEST: usize = 1024;
