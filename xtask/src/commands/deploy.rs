//! `deploy`: agents from the tree to machines that have their configuration.

use std::{
    env,
    path::PathBuf,
    process::ExitCode,
    sync::{Mutex, OnceLock},
    thread,
    time::Duration,
};

use anyhow::{Result, anyhow};
use clap::ValueEnum;
use generator::{domain::VirtType, name::AgentName};
use serde::Serialize;

use crate::{
    Place,
    deploy::{BuildOn, Deployment, Options, Probe, Shared, Step},
    identities::{self, IdentityArgs},
    progress::Progress,
    report,
    session::Session,
    tools::program::{Installed, quote},
};

/// Deploy agents: image, disk, domain, start, identity, trust, rekey, switch, verify
///
/// Every step looks first whether it is so already. So a deployment that was interrupted goes on where it stands, and
/// deploying what is deployed does nothing. The host key is learnt from the machine itself, by its guest agent, and
/// SSH believes nobody else from the first connection on.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "\
Examples:
  deploy drago                             from nothing to a running, trusted machine
  deploy drago luce vesta                  side by side
  deploy drago --dry-run                   every step, and whether it holds already
  deploy drago --until start               only as far as a machine that runs
  deploy drago --flake github:me/config    switch to what is pushed, not to this tree
  deploy drago --build-on operator         where an input can't be fetched from the guest")]
pub(crate) struct Args {
    /// The agents' names
    #[arg(required = true, value_name = "NAME")]
    names: Vec<AgentName>,

    /// Show every step and whether it holds already; do nothing
    #[arg(long)]
    dry_run: bool,

    /// With --dry-run: print JSON
    #[arg(long, requires = "dry_run")]
    json: bool,

    /// Begin with this step: those before it are taken for done
    #[arg(long, value_name = "STEP", default_value = "preflight", hide_default_value = true)]
    from: Step,

    /// End with this step
    #[arg(long, value_name = "STEP", default_value = "verify", hide_default_value = true)]
    until: Step,

    /// A base image for new disks: a qcow2 file that never changes or moves [default: the newest that was built]
    #[arg(long, value_name = "FILE")]
    base_image: Option<PathBuf>,

    /// Build the base image for new disks, also where an older one is at hand
    #[arg(long, conflicts_with = "base_image")]
    rebuild_base: bool,

    /// Copy the base image to a new disk, which needs it no more then
    #[arg(long)]
    full_copy: bool,

    /// How guests are run [default: kvm where it works]
    #[arg(long, value_name = "TYPE")]
    virt_type: Option<Virt>,

    /// Where the configuration is built
    #[arg(long, value_name = "WHERE", default_value = "guest")]
    build_on: BuildOn,

    /// Switch to a flake that is pushed, such as the settings' own, not to this tree
    #[arg(long, value_name = "REF")]
    flake: Option<String>,

    /// The fingerprint of the host key, for a machine that has no guest agent
    #[arg(long, value_name = "SHA256:…")]
    host_key_fingerprint: Option<String>,

    /// Let the machine's host key take the place of the one in secrets.nix
    #[arg(long)]
    replace_host_key: bool,

    /// How long a machine may take to come up, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    boot_limit: u64,

    #[command(flatten)]
    identities: IdentityArgs,
}

/// How guests are run.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Virt {
    /// By the processor
    Kvm,
    /// Emulated, and slow
    Qemu,
}

/// How long a machine may be out of reach after a switch.
const REACH_LIMIT: Duration = Duration::from_secs(120);

pub(crate) fn run(place: &Place, args: Args) -> Result<ExitCode> {
    let session = Session::read(place)?;
    let options = Options {
        base_image: args.base_image,
        rebuild_base: args.rebuild_base,
        full_copy: args.full_copy,
        virt_type: args.virt_type.map(|it| match it {
            Virt::Kvm => VirtType::Kvm,
            Virt::Qemu => VirtType::Qemu,
        }),
        build_on: args.build_on,
        flake: args.flake,
        fingerprint: args.host_key_fingerprint,
        replace_host_key: args.replace_host_key,
        boot_limit: Duration::from_secs(args.boot_limit),
        command: command(&args.names),
    };
    let shared = Shared {
        place,
        options: &options,
        programs: &Installed,
        identities: identities::for_ssh(&args.identities),
        keyring: Mutex::new(identities::keyring(&args.identities)?),
        built: Mutex::default(),
        virt_type: OnceLock::new(),
        reach_limit: REACH_LIMIT,
    };
    let mut names = args.names;
    names.sort();
    names.dedup();
    let progress = Progress::new(&names);
    let deployments = names.iter().zip(progress.lines());
    let deployments = deployments
        .map(|(name, line)| Deployment::of(&shared, session.tree(), name, line))
        .collect::<Result<Vec<_>>>()?;
    if args.dry_run {
        return look(&deployments, args.from, args.until, args.json);
    }
    let outcomes = thread::scope(|scope| {
        let steps = || Step::range(args.from, args.until);
        let threads = deployments.into_iter().map(|it| scope.spawn(move || it.run(steps())));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    progress.finish();
    let mut failed = Vec::new();
    for (name, outcome) in names.iter().zip(outcomes) {
        let outcome = outcome.unwrap_or_else(|_| Err(anyhow!("the deployment of {name} broke off")));
        match outcome {
            Ok(false) => report::note(&format!("{name}: nothing was to be done")),
            Ok(true) if args.until == Step::Verify => report::note(&format!(
                "{name} is deployed: `vm ssh {name}` logs in as the agent, `vm ssh {name} --admin` as the admin user"
            )),
            Ok(true) => report::note(&format!("{name} is deployed as far as the step `{}`", args.until)),
            Err(error) => {
                report::error(&error);
                failed.push(name.to_string());
            }
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if names.len() > 1 {
        let (all, bad) = (names.len(), failed.len());
        report::note(&format!("{bad} of {all} are not deployed: {}", failed.join(", ")));
    }
    Ok(ExitCode::FAILURE)
}

/// The command that is run, without the names and the step it begins with.
fn command(names: &[AgentName]) -> String {
    let mut words = Vec::new();
    let mut all = env::args().skip(1);
    while let Some(word) = all.next() {
        if word == "--from" {
            all.next();
        } else if !word.starts_with("--from=") && !names.iter().any(|name| name.as_str() == word) {
            words.push(quote(&word));
        }
    }
    words.join(" ")
}

/// What a step finds when it only looks.
#[derive(Serialize)]
struct Found {
    agent: AgentName,
    step: String,
    /// `holds`, `to do`, `later` or `fails`.
    now: &'static str,
    text: String,
}

/// Shows what each step finds, and does nothing. What a step can't tell before another is done, it says.
fn look(deployments: &[Deployment<'_>], from: Step, until: Step, json: bool) -> Result<ExitCode> {
    let mut found = Vec::new();
    for deployment in deployments {
        for step in Step::range(from, until) {
            let (now, text) = match step.probe(deployment) {
                Ok(Probe::Holds(text)) => ("holds", text),
                Ok(Probe::Open(text)) => ("to do", text),
                Ok(Probe::Unknown(text)) => ("later", text),
                Err(error) => ("fails", format!("{error:#}")),
            };
            found.push(Found { agent: deployment.name().clone(), step: step.to_string(), now, text });
        }
    }
    if json {
        report::json(&found)?;
    } else {
        let mut rows = vec![["AGENT", "STEP", "NOW", ""].map(str::to_owned).to_vec()];
        rows.extend(found.iter().map(|it| {
            let text = it.text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
            vec![it.agent.to_string(), it.step.clone(), it.now.to_owned(), text]
        }));
        report::data(&report::table(&rows))?;
    }
    report::note("nothing was done (--dry-run)");
    Ok(if found.iter().any(|it| it.now == "fails") { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
