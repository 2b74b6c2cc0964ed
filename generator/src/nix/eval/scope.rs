//! Which variable a name means, decided before anything is evaluated, as Nix does: an undefined variable fails even
//! where it is never used, and `with` shadows nothing.

use std::collections::HashMap;

use super::value::Name;

/// The scopes around an expression, outermost first.
#[derive(Debug, Default)]
pub(super) struct Scopes(Vec<StaticScope>);

#[derive(Debug)]
enum StaticScope {
    /// Of `let`, `rec` and functions: each name with its slot.
    Names(HashMap<Name, u32>),
    /// Of `with`: names unknown until it is evaluated.
    With,
}

/// What a name means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A slot of the scope so many levels up.
    Slot { up: u32, slot: u32 },
    /// No scope has it for certain. The levels of the `with`s that may, innermost first.
    Free { withs: Vec<u32> },
}

impl Scopes {
    pub(super) fn enter(&mut self, names: impl IntoIterator<Item = Name>) {
        self.0.push(StaticScope::Names(names.into_iter().zip(0..).collect()));
    }

    pub(super) fn enter_with(&mut self) {
        self.0.push(StaticScope::With);
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// What a name means where the innermost `skip` scopes aren't there. Levels count them all the same.
    pub(super) fn resolve(&self, name: &str, skip: u32) -> Meaning {
        let mut withs = Vec::new();
        for (up, scope) in (0..).zip(self.0.iter().rev()).skip(usize::try_from(skip).unwrap_or(usize::MAX)) {
            match scope {
                StaticScope::With => withs.push(up),
                StaticScope::Names(names) => {
                    if let Some(&slot) = names.get(name) {
                        return Meaning::Slot { up, slot };
                    }
                }
            }
        }
        Meaning::Free { withs }
    }
}
