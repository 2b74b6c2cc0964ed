//! A file that is evaluated, and the places in it.

use std::{path::PathBuf, rc::Rc};

use super::{
    error::{ErrorKind, Fault, Location},
    value::Span,
};
use crate::nix::guard;

/// A file that was read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its number in this evaluation.
    pub(super) file: u32,
    /// Its path: absolute, without `.` and `..`.
    pub(super) path: Rc<str>,
    pub(super) text: Rc<str>,
}

impl Source {
    pub(super) fn at(&self, offset: u32) -> Span {
        Span { file: self.file, offset }
    }

    pub(super) fn location(&self, offset: u32) -> Location {
        let position = guard::position(&self.text, usize::try_from(offset).unwrap_or(usize::MAX));
        Location { file: PathBuf::from(&*self.path), position }
    }

    pub(super) fn error(&self, offset: u32, kind: ErrorKind) -> Fault {
        Fault::new(kind, self.location(offset))
    }

    pub(super) fn failed(&self, offset: u32, message: impl Into<String>) -> Fault {
        self.error(offset, ErrorKind::Failed { message: message.into() })
    }

    pub(super) fn syntax(&self, offset: u32, message: impl Into<String>) -> Fault {
        self.error(offset, ErrorKind::Syntax { message: message.into() })
    }

    pub(super) fn beyond(&self, offset: u32, construct: impl Into<String>) -> Fault {
        self.error(offset, ErrorKind::Beyond { construct: construct.into() })
    }
}
