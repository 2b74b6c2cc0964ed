//! Equality, and the order of lists.
//!
//! Nix compares the attributes of a set in an order of its own, and values that are the same place in memory it
//! doesn't compare at all. Where that could show, in a failure, the comparison is beyond this evaluator.

use super::{
    error::{ErrorKind, Fallible, Fault},
    machine::Machine,
    operators::as_float,
    value::{Attrs, Span, Thunk, Val},
};

impl Machine<'_> {
    /// `==`
    pub(super) fn equal(&mut self, left: &Val, right: &Val, at: Span) -> Fallible<bool> {
        match (left, right) {
            (Val::Null, Val::Null) => Ok(true),
            (Val::Bool(left), Val::Bool(right)) => Ok(left == right),
            (Val::Int(left), Val::Int(right)) => Ok(left == right),
            #[expect(clippy::float_cmp, reason = "Nix compares floats so")]
            (Val::Int(_) | Val::Float(_), Val::Int(_) | Val::Float(_)) => {
                Ok(as_float(left) == as_float(right))
            }
            (Val::String(left, _), Val::String(right, _)) | (Val::Path(left), Val::Path(right)) => {
                Ok(left == right)
            }
            (Val::List(left), Val::List(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (left, right) in left.iter().zip(right.iter()) {
                    if !self.equal_thunks(*left, *right, at)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Val::Attrs(left), Val::Attrs(right)) => self.equal_attrs(left, right, at),
            (Val::Builtins, Val::Attrs(_) | Val::Builtins) | (Val::Attrs(_), Val::Builtins) => {
                Err(self.beyond(at, "the set of all builtins"))
            }
            (Val::Closure(_) | Val::Builtin(_), Val::Closure(_) | Val::Builtin(_)) => {
                Err(self.beyond(at, "a comparison of functions"))
            }
            _ => Ok(false),
        }
    }

    fn equal_thunks(&mut self, left: Thunk, right: Thunk, at: Span) -> Fallible<bool> {
        self.step(at)?;
        let compared = self.deeper(at, |machine| {
            let left = machine.force(left, at)?;
            let right = machine.force(right, at)?;
            machine.equal(&left, &right, at)
        });
        compared.map_err(|fault| self.unsure(fault, at))
    }

    fn equal_attrs(&mut self, left: &Attrs, right: &Attrs, at: Span) -> Fallible<bool> {
        if self.is_derivation(left, at)? && self.is_derivation(right, at)? {
            return Err(self.beyond(at, "a comparison of derivations"));
        }
        if left.len() != right.len() {
            return Ok(false);
        }
        // Every attribute that both have is compared, also after a difference: one that fails makes Nix fail or not,
        // depending on its order.
        let mut equal = true;
        for attr in left.iter() {
            match right.get(&attr.name) {
                Some(other) => equal &= self.equal_thunks(attr.thunk, other.thunk, at)?,
                None => equal = false,
            }
        }
        Ok(equal)
    }

    fn is_derivation(&mut self, attrs: &Attrs, at: Span) -> Fallible<bool> {
        let Some(kind) = attrs.get("type") else { return Ok(false) };
        let kind = self.force(kind.thunk, at).map_err(|fault| self.unsure(fault, at))?;
        Ok(matches!(kind, Val::String(kind, _) if &*kind == "derivation"))
    }

    /// The order of lists: that of the first elements that differ.
    pub(super) fn list_less(&mut self, left: &[Thunk], right: &[Thunk], at: Span) -> Fallible<bool> {
        for (left, right) in left.iter().zip(right) {
            self.step(at)?;
            if self.equal_thunks(*left, *right, at)? {
                continue;
            }
            let left = self.force(*left, at)?;
            let right = self.force(*right, at)?;
            return self.less(&left, &right, at);
        }
        Ok(left.len() < right.len())
    }

    /// A failure that Nix may not come across.
    pub(super) fn unsure(&self, fault: Fault, at: Span) -> Fault {
        match &fault.error.kind {
            ErrorKind::Failed { message } => {
                self.beyond(at, format!("whether this comes across a failure ({message})"))
            }
            _ => fault,
        }
    }
}
