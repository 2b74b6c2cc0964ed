//! Where lazy values and scopes live while a file is evaluated.
//!
//! They refer to each other by number and in circles (every `rec` set is one), so the heap owns them all and drops
//! them at once.

use std::rc::Rc;

use super::{
    expr::Expr,
    value::{Name, Scope, Span, Thunk, Val},
};

#[derive(Debug, Clone)]
pub(super) enum State {
    /// An expression and the scope to evaluate it in.
    Expr(Rc<Expr>, Scope),
    /// A function applied to one argument, or two.
    Call {
        function: Thunk,
        first: Thunk,
        second: Option<Thunk>,
        at: Span,
    },
    /// An attribute of a set that was inherited from.
    Select {
        from: Thunk,
        name: Name,
        at: Span,
    },
    /// A file that `import` named.
    File(Rc<str>, Span),
    /// Being evaluated: whoever needs it now needs itself.
    Running,
    Done(Val),
}

#[derive(Debug)]
struct Frame {
    slots: Vec<Thunk>,
    outer: Option<Scope>,
}

#[derive(Debug, Default)]
pub(super) struct Heap {
    thunks: Vec<State>,
    frames: Vec<Frame>,
}

impl Heap {
    pub(super) fn add(&mut self, state: State) -> Thunk {
        self.thunks.push(state);
        Thunk(index(self.thunks.len()))
    }

    pub(super) fn done(&mut self, value: Val) -> Thunk {
        self.add(State::Done(value))
    }

    pub(super) fn set(&mut self, thunk: Thunk, state: State) {
        if let Some(place) = self.thunks.get_mut(position(thunk.0)) {
            *place = state;
        }
    }

    pub(super) fn get(&self, thunk: Thunk) -> Option<&State> {
        self.thunks.get(position(thunk.0))
    }

    /// Takes what is to be evaluated and marks it as running; what is done, and what runs, is copied.
    pub(super) fn take(&mut self, thunk: Thunk) -> State {
        match self.thunks.get_mut(position(thunk.0)) {
            Some(State::Done(value)) => State::Done(value.clone()),
            Some(state) => std::mem::replace(state, State::Running),
            None => State::Running,
        }
    }

    pub(super) fn add_scope(&mut self, slots: Vec<Thunk>, outer: Option<Scope>) -> Scope {
        self.frames.push(Frame { slots, outer });
        Scope(index(self.frames.len()))
    }

    pub(super) fn fill(&mut self, scope: Scope, thunks: Vec<Thunk>) {
        if let Some(frame) = self.frames.get_mut(position(scope.0)) {
            frame.slots = thunks;
        }
    }

    pub(super) fn slot(&self, scope: Scope, up: u32, slot: u32) -> Option<Thunk> {
        let mut frame = self.frames.get(position(scope.0))?;
        for _ in 0..up {
            frame = self.frames.get(position(frame.outer?.0))?;
        }
        frame.slots.get(usize::try_from(slot).ok()?).copied()
    }

    /// How many places are taken.
    pub(super) fn len(&self) -> usize {
        self.thunks.len() + self.frames.len()
    }
}

/// The number of the place taken last. The limit on elements keeps it far below the type's.
fn index(len: usize) -> u32 {
    u32::try_from(len - 1).unwrap_or(u32::MAX)
}

fn position(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
