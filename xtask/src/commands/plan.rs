//! `plan`: what a change would be, for scripts and tests.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use generator::{
    adopt::Detected,
    error::Error,
    flake::{self, Form, Planned, Registration},
    name::AgentName,
    plan::Draft,
    tree::Tree,
};
use serde::Serialize;

use crate::{Place, report, session};

/// Say where a change would go, and write nothing
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Where the flake would name a new agent's machine, in which form, or why there is no place
    Register {
        /// The agent's name
        name: AgentName,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize, Default)]
struct Json {
    file: Option<String>,
    line: Option<u32>,
    form: Option<Form>,
    /// The host's own file, which is there or will be.
    host: Option<String>,
    /// The folder of the host, where that file lies in it.
    folder: Option<String>,
    diff: Option<String>,
    /// Whether the flake may say `system.stateVersion` of it: the host's own file is to say it as a default then.
    release_may_be_said: Option<bool>,
    /// Whether the host's own file is to say `nixpkgs.config.allowUnfree`, as each of its siblings does.
    unfree_is_left_to_each: Option<bool>,
    refused: Option<String>,
    by_hand: Option<String>,
}

pub(crate) fn run(place: &Place, args: Args) -> Result<ExitCode> {
    let What::Register { name, json } = args.what;
    let root = session::flake(place)?;
    let tree = if Tree::is_at(&root) {
        Tree::open(&root)?
    } else {
        Tree::with_settings(&root, Detected::read(&root)?.settings()?)?
    };
    let files = Planned::none(&tree);
    match flake::register(&files, &name.host()) {
        Ok(registration) => {
            let found = found(&tree, &name, &registration)?;
            if json {
                report::json(&found)?;
            } else {
                let (at, form) = (&registration.at, registration.form);
                let host = tree.settings().paths.host(&name);
                let text = format!("{at}: {form:?}, for {host}\n");
                report::data(&(text + found.diff.as_deref().unwrap_or_default()))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if json => {
            report::json(&refused(&error))?;
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}

fn found(tree: &Tree, name: &AgentName, registration: &Registration) -> Result<Json> {
    let mut draft = Draft::new(tree);
    registration.enter(&mut draft)?;
    let diff = draft.finish()?.diff();
    let host = tree.settings().paths.host_files(&name.host());
    Ok(Json {
        file: Some(registration.at.path.to_string()),
        line: registration.at.position.map(|position| position.line),
        form: Some(registration.form),
        host: Some(host.file.to_string()),
        folder: host.is_inside().then(|| host.folder.to_string()),
        release_may_be_said: Some(registration.needs.default_release),
        unfree_is_left_to_each: Some(registration.needs.unfree),
        diff: (!diff.is_empty()).then_some(diff),
        ..Json::default()
    })
}

fn refused(error: &Error) -> Json {
    let (file, line) = match error {
        Error::NoPlace { at, .. } | Error::Malformed { at, .. } => {
            (Some(at.path.to_string()), at.position.map(|position| position.line))
        }
        _ => (None, None),
    };
    Json { file, line, refused: Some(error.to_string()), by_hand: error.hint(), ..Json::default() }
}
