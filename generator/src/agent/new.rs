//! The birth of an agent: everything that one more agent changes in the tree, as a plan.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::{
    facts::{self, Facts},
    like,
    parts::{Part, Parts},
    registry::{self, Registry},
};
use crate::{
    edit::Change,
    error::{Error, Result},
    flake::{self, Form, Planned},
    guide,
    name::AgentName,
    nix::literal,
    path::TreePath,
    person::{Description, Email, FullName},
    plan::{Draft, Plan},
    secrets::{
        access::Access,
        host_key::HostKey,
        manifest, password,
        recipient::Recipient,
        seal::{self, seal_by_rule},
    },
    settings::Settings,
    template,
    tree::Tree,
    vm::{Count, Mac, Port, Vm},
};

/// The release that new agents are born under.
pub(super) const RELEASE: &str = "26.05";

/// How the machine comes by its SSH host key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKeyMode {
    /// It is made now, and sealed in the tree: the machine is known before it runs.
    Generate,
    /// The machine makes one when it first boots; it is trusted afterwards.
    FirstBoot,
}

/// What is asked for. What is not said is chosen. It can't be printed: it may have a password.
pub struct Request {
    /// The agent's name.
    pub name: AgentName,
    /// What it is called in mail and commits; its name with a capital.
    pub full_name: Option<FullName>,
    /// What its user is described as.
    pub description: Option<Description>,
    /// Its mail address; `NAME@domain`.
    pub email: Option<Email>,
    /// Its SSH port; the lowest free one.
    pub ssh_port: Option<Port>,
    /// Its SPICE port; the lowest free one.
    pub spice_port: Option<Port>,
    /// Its memory in GiB; the settings'.
    pub memory_gib: Option<Count>,
    /// Its processors; the settings'.
    pub vcpus: Option<Count>,
    /// How it comes by its host key; by [`HostKeyMode::Generate`].
    pub host_key: Option<HostKeyMode>,
    /// The sibling whose files are its files' models; the templates are.
    pub like: Option<AgentName>,
    /// The key that it joins the tailnet with; none: a person joins it.
    pub tailnet_key: Option<Zeroizing<String>>,
    /// The password of its mailbox; a random one.
    pub password: Option<Zeroizing<String>>,
}

/// What became of a request.
#[derive(Debug)]
pub enum Outcome {
    /// The agent can be born.
    Planned(Box<Birth>),
    /// It is there already, as it was asked for.
    AlreadyThere,
}

/// A birth that is planned.
#[derive(Debug)]
pub struct Birth {
    /// The changes.
    pub plan: Plan,
    /// The agent as it will be.
    pub facts: Facts,
    /// Its host key's public half, unless its machine makes the key.
    pub host_key: Option<Recipient>,
}

/// Plans the birth of an agent. Nothing is written.
pub fn plan(tree: &Tree, request: &Request) -> Result<Outcome> {
    let registry = Registry::read(tree)?;
    let parts = Parts::of(tree, &registry, &request.name);
    if !parts.present.is_empty() {
        return already_there(tree, request, &parts);
    }
    expect_free(tree, &request.name)?;
    let vm = choose_vm(tree, request)?;
    let (facts, files) = if let Some(sibling) = &request.like {
        like::files(tree, sibling, request, &vm)?
    } else {
        let facts = choose(tree, request, vm)?;
        let files = template::files(tree.settings(), &facts)?;
        (facts, files)
    };
    let host_key = match request.host_key.unwrap_or(HostKeyMode::Generate) {
        HostKeyMode::Generate => Some(HostKey::generate(&request.name.host())?),
        HostKeyMode::FirstBoot => None,
    };
    let mut draft = Draft::new(tree);
    for (path, text) in files {
        draft.create(&path, text)?;
    }
    register(&mut draft, tree, &facts)?;
    let password = request.password.clone().unwrap_or_else(password::random);
    let paths = &tree.settings().paths;
    let mut own = vec![(paths.mail_secret(&facts.name), password)];
    own.extend(request.tailnet_key.clone().map(|key| (paths.tailnet_secret(&facts.name), key)));
    add_secrets(&mut draft, tree, &facts.name, host_key.as_ref(), &own)?;
    add_row(&mut draft, &tree.settings().paths.guide, &facts)?;
    let host_key = host_key.map(|key| key.public);
    Ok(Outcome::Planned(Box::new(Birth { plan: draft.finish()?, facts, host_key })))
}

/// The value of a rule: what its `publicKeys` are bound to.
#[must_use]
pub(super) fn rule_value(reader: Option<&AgentName>) -> String {
    match reader {
        Some(name) => format!("adminKeys ++ [ {} ]", rule_reader(name)),
        None => "adminKeys".into(),
    }
}

/// What a rule calls the machine of an agent.
#[must_use]
pub(super) fn rule_reader(name: &AgentName) -> String {
    format!("systems.{}", name.host())
}

fn already_there(tree: &Tree, request: &Request, parts: &Parts) -> Result<Outcome> {
    let name = &request.name;
    let of_any_user = |part: &Part| matches!(part, Part::User(_) | Part::BaseUser(_) | Part::BaseHome(_));
    if let Some((part, at)) = parts.present.first()
        && parts.present.iter().all(|(part, _)| of_any_user(part))
    {
        return Err(Error::Conflict {
            message: format!("{part} is there, and is no agent's ({at}): {name} can't be an agent's name"),
            hint: "take another name".into(),
        });
    }
    if !parts.missing.is_empty() {
        let list = |parts: &mut dyn Iterator<Item = String>| parts.collect::<Vec<_>>().join("\n  ");
        let there = list(&mut parts.present.iter().map(|(part, at)| format!("{part} ({at})")));
        let missing = list(&mut parts.missing.iter().map(ToString::to_string));
        return Err(Error::Conflict {
            message: format!("{name} is there in part\nit has\n  {there}\nand lacks\n  {missing}"),
            hint: "take another name, bring back what is missing, or remove what is there by hand".into(),
        });
    }
    let facts = Facts::read(tree, name)?;
    let mut differences = Vec::new();
    let mut differs = |option: &str, there: String, asked: Option<String>| {
        if let Some(asked) = asked.filter(|asked| *asked != there) {
            differences.push(format!("{option} is {there}, not {asked}"));
        }
    };
    let text = |value: &Option<_>| value.as_ref().map(ToString::to_string);
    differs("--full-name", facts.full_name.to_string(), text(&request.full_name));
    differs(
        "--description",
        facts.description.to_string(),
        request.description.as_ref().map(ToString::to_string),
    );
    differs("--email", facts.email.to_string(), request.email.as_ref().map(ToString::to_string));
    differs("--ssh-port", facts.vm.ssh_port.to_string(), request.ssh_port.map(|it| it.to_string()));
    differs("--spice-port", facts.vm.spice_port.to_string(), request.spice_port.map(|it| it.to_string()));
    differs("--memory", facts.vm.memory_gib.to_string(), request.memory_gib.map(|it| it.to_string()));
    differs("--vcpus", facts.vm.vcpus.to_string(), request.vcpus.map(|it| it.to_string()));
    let word = |generate: bool| if generate { "generate" } else { "first-boot" }.to_owned();
    let asked = request.host_key.map(|mode| word(mode == HostKeyMode::Generate));
    differs("--host-key", word(parts.born_with_key), asked);
    if request.tailnet_key.is_some() {
        differences.push(if facts.tailnet_key {
            "--tailnet-key-stdin is not the sealed key, or no key at hand tells".into()
        } else {
            "--tailnet-key-stdin was not given when it was born".to_owned()
        });
    }
    if request.password.is_some() {
        differences.push("--password-stdin is not the sealed password, or no key at hand tells".into());
    }
    if differences.is_empty() {
        return Ok(Outcome::AlreadyThere);
    }
    Err(Error::Conflict {
        message: format!("{name} is already there, and differs:\n  {}", differences.join("\n  ")),
        hint: format!("edit its files by hand, or run `remove-agent {name}` first"),
    })
}

/// Refuses a name whose files or folders belong to something that is no agent.
fn expect_free(tree: &Tree, name: &AgentName) -> Result<()> {
    let paths = &tree.settings().paths;
    for folder in [paths.host_folder(name), paths.home_folder(name)] {
        if tree.has(&folder) {
            return Err(Error::Conflict {
                message: format!("{folder} is there, and is no agent's: {name} can't be an agent's name"),
                hint: "take another name, or move the folder away".into(),
            });
        }
    }
    Ok(())
}

fn choose(tree: &Tree, request: &Request, vm: Vm) -> Result<Facts> {
    let (settings, name) = (tree.settings(), &request.name);
    let chosen = |text: String| Error::Conflict { message: text, hint: "say it with an option".into() };
    let full_name = match &request.full_name {
        Some(full_name) => full_name.clone(),
        None => name.capitalised().parse().map_err(|error| chosen(format!("{error}")))?,
    };
    let description = match &request.description {
        Some(description) => description.clone(),
        None => format!("Autonomous agent {}", name.capitalised())
            .parse()
            .map_err(|error| chosen(format!("{error}")))?,
    };
    let email = match &request.email {
        Some(email) => email.clone(),
        None => format!("{name}@{}", settings.domain.as_str())
            .parse()
            .map_err(|error| chosen(format!("{error}")))?,
    };
    Ok(Facts {
        name: name.clone(),
        full_name,
        description,
        email,
        vm,
        tailnet_key: request.tailnet_key.is_some(),
        host_state_version: RELEASE.into(),
        home_state_version: RELEASE.into(),
    })
}

fn choose_vm(tree: &Tree, request: &Request) -> Result<Vm> {
    let defaults = &tree.settings().vm;
    let mut others = Vec::new();
    for (agent, vm) in facts::vms(tree)? {
        others.push((agent, vm?));
    }
    let taken: BTreeSet<Port> = others.iter().flat_map(|(_, vm)| [vm.ssh_port, vm.spice_port]).collect();
    for port in [request.ssh_port, request.spice_port].into_iter().flatten() {
        if let Some((agent, _)) = others.iter().find(|(_, vm)| vm.ssh_port == port || vm.spice_port == port) {
            return Err(Error::Conflict {
                message: format!("port {port} is taken: {agent} has it"),
                hint: "take another one, or none: the lowest free one is chosen".into(),
            });
        }
    }
    let (ssh_port, spice_port) =
        choose_ports(tree.settings(), request, &taken).ok_or_else(|| Error::Conflict {
            message: "there are no two free ports from the first ones upwards".into(),
            hint: "name them by --ssh-port and --spice-port".into(),
        })?;
    let model = request.like.as_ref().and_then(|like| others.iter().find(|(agent, _)| agent == like));
    let (memory_gib, vcpus) =
        model.map_or((defaults.memory_gib, defaults.vcpus), |(_, vm)| (vm.memory_gib, vm.vcpus));
    let macs = others.iter().map(|(_, vm)| vm.mac).collect();
    Ok(Vm {
        ssh_port,
        spice_port,
        mac: Mac::derive(&request.name, &macs),
        memory_gib: request.memory_gib.unwrap_or(memory_gib),
        vcpus: request.vcpus.unwrap_or(vcpus),
    })
}

/// The ports asked for; the lowest free pair, at the same distance from both first ports, if neither is.
fn choose_ports(settings: &Settings, request: &Request, taken: &BTreeSet<Port>) -> Option<(Port, Port)> {
    let upwards = |first: Port| std::iter::successors(Some(first), |port| port.next());
    let (ssh, spice) = (upwards(settings.vm.first_ssh_port), upwards(settings.vm.first_spice_port));
    let free = |port: Port| !taken.contains(&port);
    match (request.ssh_port, request.spice_port) {
        (Some(ssh), Some(spice)) => (ssh != spice).then_some((ssh, spice)),
        (Some(ssh), None) => {
            spice.into_iter().find(|port| free(*port) && *port != ssh).map(|spice| (ssh, spice))
        }
        (None, Some(spice)) => {
            ssh.into_iter().find(|port| free(*port) && *port != spice).map(|ssh| (ssh, spice))
        }
        (None, None) => ssh.zip(spice).find(|(ssh, spice)| free(*ssh) && free(*spice) && ssh != spice),
    }
}

fn register(draft: &mut Draft<'_>, tree: &Tree, facts: &Facts) -> Result<()> {
    let (paths, name) = (&tree.settings().paths, &facts.name);
    let registration = flake::register(&Planned::new(tree, draft.planned()), name)?;
    match registration.file {
        Some(file) if registration.form == Form::Module => draft.create(file.path(), file.text())?,
        Some(file) => draft.edited(file, true)?,
        None => draft.note(format!(
            "{}: the flake reads {}, so that the folder registers the machine",
            registration.at, paths.hosts
        )),
    }
    draft.edit(
        &paths.base,
        &Change::InsertItem { path: registry::base_imports(), item: paths.base.reference(&paths.user(name)) },
    )?;
    draft.edit(
        &paths.base,
        &Change::InsertAttribute {
            set: registry::base_homes(),
            key: vec![name.to_string()],
            value: paths.base.reference(&paths.home(name)),
        },
    )
}

/// Adds the rules and the sealed files; the rules are evaluated as they will be, and must say what was meant.
///
/// The agent's `own` secrets are read by its machine, if that is known; its host key is the operators' alone.
fn add_secrets(
    draft: &mut Draft<'_>,
    tree: &Tree,
    name: &AgentName,
    host_key: Option<&HostKey>,
    own: &[(TreePath, Zeroizing<String>)],
) -> Result<()> {
    let paths = &tree.settings().paths;
    let before = Access::read(tree)?;
    if let Some(host_key) = host_key {
        draft.edit(
            &paths.rules,
            &Change::InsertAttribute {
                set: registry::systems(),
                key: vec![name.host()],
                value: literal::quote(host_key.public.as_str()),
            },
        )?;
    }
    let key_secret = paths.host_key_secret(name);
    let reader = host_key.map(|_| name);
    let mut secrets: Vec<_> = own.iter().map(|(path, value)| (path, value.as_bytes(), host_key)).collect();
    secrets.extend(host_key.map(|key| (&key_secret, key.private.as_bytes(), None)));
    for (path, _, machine) in &secrets {
        let change = Change::InsertAttribute {
            set: registry::rules(),
            key: vec![paths.rule(path), "publicKeys".into()],
            value: rule_value(reader.filter(|_| machine.is_some())),
        };
        draft.edit(&paths.rules, &change)?;
    }
    let access = before.with(tree, draft, &secrets.iter().map(|(path, ..)| *path).collect::<Vec<_>>())?;
    for (path, value, machine) in secrets {
        add_sealed(draft, tree, &access, path, value, machine)?;
    }
    Ok(())
}

/// Seals a new secret to whom the rules say, and notes it in the manifest.
fn add_sealed(
    draft: &mut Draft<'_>,
    tree: &Tree,
    access: &Access,
    path: &TreePath,
    plaintext: &[u8],
    reader: Option<&HostKey>,
) -> Result<()> {
    let rule = access.rule(path)?;
    if let Some(reader) = reader
        && !rule.recipients.contains(&reader.public)
    {
        return Err(Error::Unverified {
            path: tree.settings().paths.rules.clone(),
            message: format!("the machine is no recipient of {path}"),
        });
    }
    let sealed = seal_by_rule(tree.plugins(), access, path, plaintext, rule.armor)?;
    if let Some(reader) = reader {
        // The one key at hand: what the machine will have to open is opened once here.
        seal::open(path.as_str(), &sealed, &[&reader.identity()?])?;
    }
    let manifest = tree.settings().paths.manifest();
    let lines = draft.text_or_empty(&manifest)?;
    draft.write(&manifest, manifest::with(&lines, path, &sealed, &rule.recipients))?;
    draft.create_sealed(path, sealed, format!("sealed to {}", access.names(&rule.recipients).join(", ")))
}

fn add_row(draft: &mut Draft<'_>, guide: &TreePath, facts: &Facts) -> Result<()> {
    let text = draft.text_or_empty(guide)?;
    draft.write(guide, guide::with(guide, &text, &guide::row(&facts.name, &facts.vm))?)
}
