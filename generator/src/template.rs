//! The files of a new agent, rendered from templates and brought into the nixfmt style.

use askama::{DynTemplate, Template};

use crate::{
    agent::facts::Facts,
    error::{Error, Location, Result},
    host_file::Needs,
    name::AgentName,
    path::TreePath,
    settings::Settings,
    vm::Vm,
};

/// The files that are an agent's own, in the order in which they are shown.
pub fn files(settings: &Settings, facts: &Facts) -> Result<Vec<(TreePath, String)>> {
    let (paths, name) = (&settings.paths, &facts.name);
    let (host, home) = (paths.host(name), paths.home(name));
    let render = |path: TreePath, template: &dyn DynTemplate| Ok((path.clone(), formatted(&path, template)?));
    Ok(vec![
        render(
            paths.user(name),
            &User {
                name,
                description: facts.description.as_str(),
                keys: paths.user(name).reference(&paths.operator_keys()),
            },
        )?,
        (host, self::host(settings, facts)?),
        render(
            home.clone(),
            &Agent {
                name,
                shared: home.reference(&paths.shared_home()),
                full_name: facts.full_name.as_str(),
                email: facts.email.as_str(),
                state_version: &facts.home_state_version,
            },
        )?,
        render(
            paths.mail(name),
            &Mail { name, full_name: facts.full_name.as_str(), email: facts.email.as_str() },
        )?,
    ])
}

/// The file of a new agent's host.
pub fn host(settings: &Settings, facts: &Facts) -> Result<String> {
    let (paths, name) = (&settings.paths, &facts.name);
    let (host, home) = (paths.host(name), paths.home(name));
    formatted(
        &host,
        &Host {
            name,
            vm: &facts.vm,
            shared: host.reference(&paths.shared_host()),
            user: host.reference(&paths.user(name)),
            admin: host.reference(&paths.user(&settings.admin_user)),
            home: host.reference(&home),
            mail: host.reference(&paths.mail(name)),
            mail_secret: host.reference(&paths.mail_secret(name)),
            tailnet_secret: facts.tailnet_key.then(|| host.reference(&paths.tailnet_secret(name))),
            state_version: &facts.host_state_version,
            needs: facts.needs,
        },
    )
}

fn formatted(path: &TreePath, template: &dyn DynTemplate) -> Result<String> {
    let malformed = |message: String| Error::Malformed { at: Location::file(path), message };
    let text = template.dyn_render().map_err(|error| malformed(error.to_string()))?;
    nixfmt_rs::format(&text).map_err(|error| malformed(error.message()))
}

#[derive(Template)]
#[template(path = "user.nix", escape = "none")]
struct User<'a> {
    name: &'a AgentName,
    description: &'a str,
    keys: String,
}

#[derive(Template)]
#[template(path = "host.nix", escape = "none")]
struct Host<'a> {
    name: &'a AgentName,
    vm: &'a Vm,
    shared: String,
    user: String,
    admin: String,
    home: String,
    mail: String,
    mail_secret: String,
    tailnet_secret: Option<String>,
    state_version: &'a str,
    needs: Needs,
}

#[derive(Template)]
#[template(path = "agent.nix", escape = "none")]
struct Agent<'a> {
    name: &'a AgentName,
    shared: String,
    full_name: &'a str,
    email: &'a str,
    state_version: &'a str,
}

#[derive(Template)]
#[template(path = "himalaya.nix", escape = "none")]
struct Mail<'a> {
    name: &'a AgentName,
    full_name: &'a str,
    email: &'a str,
}

#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the macro says what a filter is"
)]
mod filters {
    use crate::nix::literal::quote;

    /// A text as a Nix string.
    #[askama::filter_fn]
    pub(super) fn nix(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(quote(text))
    }
}
