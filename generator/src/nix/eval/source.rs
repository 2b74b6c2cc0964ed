//! A file that is evaluated, and the places in it.

use std::{path::PathBuf, rc::Rc};

use super::{
    error::{ErrorKind, Fault, Location},
    value::Span,
};
use crate::nix::guard::Position;

/// A file that was read.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its number in this evaluation.
    pub(super) file: u32,
    /// Its path: absolute, without `.` and `..`.
    pub(super) path: Rc<str>,
    pub(super) text: Rc<str>,
    /// Where the lines start, the first at 0.
    lines: Rc<[u32]>,
}

impl Source {
    pub(super) fn new(file: u32, path: Rc<str>, text: Rc<str>) -> Self {
        let breaks = (1..).zip(text.bytes()).filter_map(|(next, byte)| (byte == b'\n').then_some(next));
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { file, path, text, lines }
    }

    pub(super) fn at(&self, offset: u32) -> Span {
        Span { file: self.file, offset }
    }

    pub(super) fn location(&self, offset: u32) -> Location {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or_default();
        let before = usize::try_from(start).ok().zip(usize::try_from(offset).ok());
        let before = before.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let position = Position { line: number(line), column: number(before.chars().count() + 1) };
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
