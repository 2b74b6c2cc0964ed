//! The birth of an agent: everything that one more agent changes in the tree, as a plan.

use zeroize::Zeroizing;

use super::{
    choice::{choose, choose_vm},
    facts::Facts,
    like,
    parts::{Part, Parts},
    registry::{self, Registry},
};
use crate::{
    edit::Change,
    error::{Error, Result},
    flake::{self, Planned},
    guide,
    host_file::Needs,
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
    template,
    tree::Tree,
    vm::{Count, Port, Vm},
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
    // Where the flake has no place that the tool is sure of, a person registers the machine first.
    let registered = match parts.present.as_slice() {
        [] => None,
        [(Part::Registration(_), at)] => Some(at),
        _ => return already_there(tree, &registry, request, &parts),
    };
    expect_free(tree, &request.name)?;
    let vm = choose_vm(tree, request)?;
    let mut model = match &request.like {
        Some(sibling) => like::model(tree, &registry, sibling, request, &vm)?,
        None => of_templates(tree, request, vm)?,
    };
    let paths = &tree.settings().paths;
    let can_seal = tree.has(&paths.rules) || request.like.is_none();
    let host_key = match request.host_key {
        Some(HostKeyMode::FirstBoot) => None,
        None if !can_seal => None,
        Some(HostKeyMode::Generate) | None => Some(HostKey::generate(&request.name.host())?),
    };
    let mut draft = Draft::new(tree);
    for (path, contents) in &model.files {
        draft.create(path, contents.clone())?;
    }
    if let Some(at) = registered {
        draft.note(format!("{at}: the flake has {} already", request.name.host()));
    } else {
        let needs = register(&mut draft, tree, &model)?;
        // What is made after a sibling says what that does.
        if needs != model.facts.needs && request.like.is_none() {
            model.facts.needs = needs;
            draft.write(&paths.host(&request.name), template::host(tree.settings(), &model.facts)?)?;
        }
    }
    add_to_base(&mut draft, tree, &model)?;
    if can_seal {
        add_secrets(&mut draft, tree, &request.name, host_key.as_ref(), &model.secrets)?;
    }
    if model.row {
        add_row(&mut draft, &paths.guide, &model.facts)?;
    }
    model.notes.iter().for_each(|note| draft.note(note));
    let host_key = host_key.map(|key| key.public);
    Ok(Outcome::Planned(Box::new(Birth { plan: draft.finish()?, facts: model.facts, host_key })))
}

/// What an agent is made of, beside its machine's registration and host key.
pub(super) struct Model {
    /// What it is.
    pub(super) facts: Facts,
    /// The files of its own.
    pub(super) files: Vec<(TreePath, Vec<u8>)>,
    /// Whether the base image imports its user.
    pub(super) base_user: bool,
    /// What its home in the base image is bound to.
    pub(super) base_home: Option<String>,
    /// Its secrets, save the host key.
    pub(super) secrets: Vec<NewSecret>,
    /// Whether the guide has a row for it.
    pub(super) row: bool,
    /// What a person has to look at.
    pub(super) notes: Vec<String>,
}

/// A secret that is made at birth.
pub(super) struct NewSecret {
    /// Where it lies.
    pub(super) path: TreePath,
    /// Its plaintext.
    pub(super) value: Zeroizing<String>,
    /// The value of its rule; nothing: the operators and the machine.
    pub(super) readers: Option<String>,
}

fn of_templates(tree: &Tree, request: &Request, vm: Vm) -> Result<Model> {
    let paths = &tree.settings().paths;
    let facts = choose(tree, request, vm)?;
    let files = template::files(tree.settings(), &facts)?;
    let password = request.password.clone().unwrap_or_else(password::random);
    let mut secrets = vec![(paths.mail_secret(&facts.name), password)];
    secrets.extend(request.tailnet_key.clone().map(|key| (paths.tailnet_secret(&facts.name), key)));
    Ok(Model {
        files: files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect(),
        base_user: true,
        base_home: Some(paths.base.reference(&paths.home(&facts.name))),
        secrets: secrets.into_iter().map(|(path, value)| NewSecret { path, value, readers: None }).collect(),
        row: true,
        notes: Vec::new(),
        facts,
    })
}

fn already_there(tree: &Tree, registry: &Registry, request: &Request, parts: &Parts) -> Result<Outcome> {
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
    let like = request.like.as_ref().filter(|sibling| tree.expect_agent(sibling).is_ok());
    let is_whole = like.is_some_and(|sibling| like::is_whole(tree, registry, sibling, &parts.missing));
    if is_whole && !parts.missing.is_empty() {
        return Ok(Outcome::AlreadyThere);
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
    for place in paths.own_places(name) {
        if tree.has(&place) {
            return Err(Error::Conflict {
                message: format!("{place} is there, and is no agent's: {name} can't be an agent's name"),
                hint: "take another name, or move that away".into(),
            });
        }
    }
    Ok(())
}

/// Registers the machine; gives what its own file needs to say.
fn register(draft: &mut Draft<'_>, tree: &Tree, model: &Model) -> Result<Needs> {
    let (paths, name) = (&tree.settings().paths, &model.facts.name);
    let registration = flake::register(&Planned::new(tree, draft.planned()), &name.host())?;
    registration.enter(draft)?;
    if registration.file.is_none() {
        draft.note(format!(
            "{}: the flake reads {}, so that {} registers the machine",
            registration.at,
            paths.hosts,
            paths.host_files(&name.host()).place()
        ));
    }
    Ok(registration.needs)
}

fn add_to_base(draft: &mut Draft<'_>, tree: &Tree, model: &Model) -> Result<()> {
    let (paths, name) = (&tree.settings().paths, &model.facts.name);
    let mut in_base = Vec::new();
    if model.base_user {
        let item = paths.base.reference(&paths.user(name));
        in_base.push(Change::InsertItem { path: registry::base_imports(), item });
    }
    if let Some(value) = model.base_home.clone() {
        let (set, key) = (registry::base_homes(), vec![name.to_string()]);
        in_base.push(Change::InsertAttribute { set, key, value });
    }
    draft.edit_all(&paths.base, &in_base)
}

/// Adds the rules and the sealed files; the rules are evaluated as they will be, and must say what was meant.
///
/// The agent's `own` secrets are read by its machine, if that is known; its host key is the operators' alone.
fn add_secrets(
    draft: &mut Draft<'_>,
    tree: &Tree,
    name: &AgentName,
    host_key: Option<&HostKey>,
    own: &[NewSecret],
) -> Result<()> {
    let (paths, names) = (&tree.settings().paths, &tree.settings().rules);
    let before = Access::read(tree)?;
    let mut in_rules = Vec::new();
    in_rules.extend(host_key.map(|host_key| Change::InsertAttribute {
        set: names.machines(),
        key: vec![name.host()],
        value: literal::quote(host_key.public.as_str()),
    }));
    let key_secret = paths.host_key_secret(name);
    let reader = host_key.map(|_| name);
    let theirs = |secret: &NewSecret| {
        let theirs = secret.readers.clone().filter(|_| reader.is_some());
        theirs.unwrap_or_else(|| names.readers(reader))
    };
    let secret = |it| {
        let value = theirs(it);
        let machine = host_key.filter(|_| value.contains(&names.machine(name)));
        (&it.path, it.value.as_bytes(), machine, value)
    };
    let mut secrets: Vec<_> = own.iter().map(secret).collect();
    secrets.extend(host_key.map(|key| (&key_secret, key.private.as_bytes(), None, names.readers(None))));
    for (path, _, _, value) in &secrets {
        let (set, key) = (registry::rules(), vec![paths.rule(path), "publicKeys".into()]);
        in_rules.push(Change::InsertAttribute { set, key, value: value.clone() });
    }
    draft.edit_all(&paths.rules, &in_rules)?;
    let access = before.with(tree, draft, &secrets.iter().map(|(path, ..)| *path).collect::<Vec<_>>())?;
    for (path, value, machine, _) in secrets {
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
