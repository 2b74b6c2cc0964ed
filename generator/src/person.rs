//! What an agent is called where people see it.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// A name in mail headers and commits: one line, visible characters and spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FullName(String);

/// A user's description: what `man 5 passwd` calls GECOS, so that it has no `:` and no line break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description(String);

/// A mail address, as far as it can be told without asking its server: `LOCAL@DOMAIN`, no spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Email(String);

/// Why a text is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PersonError(String);

fn line(what: &str, text: &str) -> Result<String, PersonError> {
    if text.trim().is_empty() {
        return Err(PersonError(format!("{what} can't be empty")));
    }
    if text.trim() != text {
        return Err(PersonError(format!("{what} can't start or end with a space")));
    }
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(PersonError(format!("{what} can't have the control character {c:?}"))),
        None => Ok(text.to_owned()),
    }
}

impl FromStr for FullName {
    type Err = PersonError;

    fn from_str(text: &str) -> Result<Self, PersonError> {
        // git drops these from names, and mail headers quote them.
        match text.chars().find(|c| matches!(c, '<' | '>')) {
            Some(c) => Err(PersonError(format!("a full name can't have {c:?}"))),
            None => line("a full name", text).map(Self),
        }
    }
}

impl FromStr for Description {
    type Err = PersonError;

    fn from_str(text: &str) -> Result<Self, PersonError> {
        if text.contains(':') {
            return Err(PersonError(
                "a description can't have `:`, which ends the field in /etc/passwd".into(),
            ));
        }
        line("a description", text).map(Self)
    }
}

impl FromStr for Email {
    type Err = PersonError;

    fn from_str(text: &str) -> Result<Self, PersonError> {
        let parts = text.split_once('@').filter(|(local, domain)| {
            let visible = |part: &str| {
                !part.is_empty()
                    && part.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>@\"".contains(c))
            };
            visible(local) && visible(domain)
        });
        parts
            .map(|_| Self(text.to_owned()))
            .ok_or_else(|| PersonError(format!("{text:?} is no mail address")))
    }
}

macro_rules! text {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
text!(FullName, Description, Email);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_file_is_refused() {
        assert!("Vesta \"the ${eager}\" é".parse::<FullName>().is_ok());
        for text in ["", " ", "Vesta\n", "a\tb", "a <b>", " a"] {
            assert!(text.parse::<FullName>().is_err(), "{text:?}");
        }
        assert!("writes, reads and answers".parse::<Description>().is_ok());
        for text in ["", "a:b", "a\nb"] {
            assert!(text.parse::<Description>().is_err(), "{text:?}");
        }
        assert!("v+x@example.com".parse::<Email>().is_ok());
        for text in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n"] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
    }
}
