//! The adoption of a flake that people keep their machines in: what it has is used, what it lacks is added, and
//! nothing is overwritten.

mod detect;
mod files;
mod flake_inputs;
mod hosts;
mod read;
mod rules;
mod rules_there;
mod taken;

use std::path::Path;

use crate::{
    error::{Error, Result},
    flake::{self, Form, Planned, Survey},
    host_file::Needs,
    path::TreePath,
    plan::{Draft, Plan},
    secrets::recipient::Recipient,
    settings::{self, HostName, Settings, Url, UserName},
    tree::Tree,
};

pub use detect::Detected;

/// The name of the base image, among the hosts.
const BASE: &str = "agent-base";

/// What the operator says; what is not said is read from the flake, or follows from the domain.
#[derive(Debug, Default)]
pub struct Adoption {
    /// Agents write from `NAME@domain`.
    pub domain: Option<HostName>,
    /// The mail server; `mail.` and the domain.
    pub mail_host: Option<HostName>,
    /// The tailnet's control server; `https://headscale.` and the domain.
    pub login_server: Option<Url>,
    /// The user with passwordless sudo.
    pub admin_user: Option<UserName>,
    /// The operators' public keys.
    pub keys: Vec<Recipient>,
}

/// Why agents have other rules than those that are there, each in words.
pub type PassedOver = Vec<String>;

/// The tree that the flake at `root` becomes, and why it passes over rules that are there: its settings are chosen, and
/// nothing is written yet.
pub fn tree(root: &Path, adoption: &Adoption) -> Result<(Tree, PassedOver)> {
    let detected = Detected::read(root)?;
    let settings = chosen(&detected, adoption)?;
    let (settings, passed_over) = rules_there::placed(root, settings, detected.aside.as_ref(), adoption)?;
    Ok((Tree::with_settings(root, settings)?, passed_over))
}

/// Plans what the flake of `tree` lacks; why rules that are there are `passed_over` goes into its notes.
pub fn plan(tree: &Tree, adoption: &Adoption, passed_over: PassedOver) -> Result<Plan> {
    let settings = tree.settings();
    let paths = &settings.paths;
    let mut draft = Draft::new(tree);
    draft.create(&TreePath::literal(settings::FILE), files::settings(settings))?;
    if flake::is_apart(paths.hosts.as_str()) {
        draft.note(format!(
            "agents' machines lie in {}, apart: what makes hosts of the others takes none that is a module alone",
            paths.hosts
        ));
    }
    for (path, text) in files::shared(settings, adoption) {
        if tree.has(&path) {
            draft.note(format!("{path} is there, and stays as it is"));
        } else {
            draft.create(&path, text)?;
        }
    }
    for why in passed_over {
        draft.note(format!("{why}: agents' rules are {}", paths.rules));
    }
    if tree.has(&paths.rules) {
        if let Some(rules) = rules::completed(&tree.nix(&paths.rules)?, settings, &adoption.keys)? {
            draft.edited(rules, true)?;
        }
    } else if adoption.keys.is_empty() {
        return Err(Error::Conflict {
            message: format!("there is no {}, and no key that its secrets could be sealed to", paths.rules),
            hint: "name your key by --admin-key FILE.pub".into(),
        });
    } else {
        draft.create(&paths.rules, rules::fresh(settings.admin_user.as_str(), &adoption.keys))?;
    }
    let flake = tree.nix(&paths.flake)?;
    let missing = flake_inputs::missing(&flake);
    if !missing.is_empty()
        && let Some(opened) = flake_inputs::opened(&flake)?
    {
        draft.edited(opened, true)?;
        draft.note(format!(
            "the outputs of {} took no other inputs than those that they name: now they do",
            paths.flake
        ));
    }
    for change in missing {
        draft.edit(&paths.flake, &change)?;
    }
    let before = flake::survey(&Planned::none(tree))?;
    let module = register_base(&mut draft, tree, &before)?;
    taken::expect_base_alone(&draft, tree, &before, module.as_ref())?;
    draft.finish()
}

/// The base image is a host, too. Where there is no place for one, no agent will find any: that is said. Gives the
/// module that registers it, where that is one of its own.
fn register_base(draft: &mut Draft<'_>, tree: &Tree, before: &Survey) -> Result<Option<TreePath>> {
    if before.names.contains_key(BASE) {
        return Ok(None);
    }
    let registration = flake::register(&Planned::new(tree, draft.planned()), BASE)?;
    registration.enter(draft)?;
    let base = &tree.settings().paths.base;
    if registration.needs != Needs::default() && !tree.has(base) {
        draft.write(base, files::base(tree.settings(), registration.needs))?;
    }
    Ok(registration.file.filter(|_| registration.form == Form::Module).map(|file| file.path().clone()))
}

fn chosen(detected: &Detected, adoption: &Adoption) -> Result<Settings> {
    let unknown = |what: &str, option: &str| Error::Conflict {
        message: format!("the flake doesn't say {what}"),
        hint: format!("say it by {option}"),
    };
    let domain = adoption.domain.clone().or_else(|| detected.domain.clone());
    let domain = domain.ok_or_else(|| unknown("which domain its machines are in", "--domain DOMAIN"))?;
    let admin = adoption.admin_user.clone().or_else(|| detected.admin_user.clone());
    let mut settings = detected.settings()?;
    settings.admin_user = admin.ok_or_else(|| unknown("who administers it", "--admin-user NAME"))?;
    let derived = |text: String| Error::Conflict { message: text, hint: "say it by an option".into() };
    settings.mail_host = match &adoption.mail_host {
        Some(host) => host.clone(),
        None => HostName::try_from(format!("mail.{}", domain.as_str())).map_err(derived)?,
    };
    settings.login_server = match &adoption.login_server {
        Some(url) => url.clone(),
        None => Url::try_from(format!("https://headscale.{}", domain.as_str())).map_err(derived)?,
    };
    settings.flake = detected.flake.clone().unwrap_or_else(|| ".".into());
    settings.domain = domain;
    Ok(settings)
}
