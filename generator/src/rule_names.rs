//! What the agenix rules call things: `[rules]` of `agent-tool.toml`.

use serde::Deserialize;

use crate::{
    name::AgentName,
    nix::{find::AttrPath, literal},
};

/// The names that the tool writes in the rules. Those who read every secret are always `adminKeys`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RuleNames {
    /// The set of the operators' keys, by their names: bound in the `let` of the rules.
    pub users: SetName,
    /// The set of the machines' host keys, by the names of the machines: bound there, too.
    pub machines: SetName,
}

/// What a set is bound to in a `let`: a name that Nix takes without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SetName(String);

impl RuleNames {
    /// Where the rules have the operators' keys.
    #[must_use]
    pub fn users(&self) -> AttrPath {
        AttrPath::bound(self.users.as_str())
    }

    /// What the rules call a person's keys: `users.NAME`.
    #[must_use]
    pub fn user(&self, name: &str) -> String {
        self.users().child(name).to_string()
    }

    /// Where the rules have the machines' host keys.
    #[must_use]
    pub fn machines(&self) -> AttrPath {
        AttrPath::bound(self.machines.as_str())
    }

    /// What a rule calls an agent's machine: `systems.agent-NAME`.
    #[must_use]
    pub fn machine(&self, name: &AgentName) -> String {
        format!("{}.{}", self.machines.as_str(), name.host())
    }

    /// The value of a rule's `publicKeys`: the operators, and the machines of these agents.
    #[must_use]
    pub fn readers<'a>(&self, agents: impl IntoIterator<Item = &'a AgentName>) -> String {
        let machines: Vec<_> = agents.into_iter().map(|name| self.machine(name)).collect();
        match machines.as_slice() {
            [] => "adminKeys".into(),
            machines => format!("adminKeys ++ [ {} ]", machines.join(" ")),
        }
    }
}

impl Default for RuleNames {
    fn default() -> Self {
        Self { users: SetName::literal("users"), machines: SetName::literal("systems") }
    }
}

impl SetName {
    /// A name that stands in this program.
    pub(crate) fn literal(name: &'static str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SetName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if literal::is_identifier(&text) {
            Ok(Self(text))
        } else {
            Err(format!("{text:?} is no name that can be bound in a `let`"))
        }
    }
}
