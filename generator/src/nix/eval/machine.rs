//! The evaluator's state: its files, its heap, and what it has used up.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{
    Limits,
    compile::compile,
    error::{ErrorKind, Fallible, Fault, Location},
    expr::Expr,
    files::{FileType, Files},
    heap::{Heap, State},
    paths,
    source::Source,
    value::{Attribute, Attrs, Name, Scope, Span, Thunk, Val, Value},
};
use crate::nix::{file::Parsed, guard::Position};

/// Bytes of text that count as one element.
const BYTES_PER_ELEMENT: usize = 16;

pub(crate) struct Machine<'a> {
    files: &'a dyn Files,
    variables: BTreeMap<String, String>,
    variables_read: BTreeSet<String>,
    limits: Limits,
    pub(super) heap: Heap,
    /// The scope that has no variables: builtins are resolved before.
    pub(super) outermost: Scope,
    sources: Vec<Source>,
    programs: HashMap<Rc<str>, Rc<Expr>>,
    imported: HashMap<Rc<str>, Thunk>,
    steps: u64,
    depth: u32,
    charged: usize,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(files: &'a dyn Files, variables: BTreeMap<String, String>, limits: Limits) -> Self {
        let mut heap = Heap::default();
        let outermost = heap.add_scope(Vec::new(), None);
        Self {
            files,
            variables,
            variables_read: BTreeSet::new(),
            limits,
            heap,
            outermost,
            sources: Vec::new(),
            programs: HashMap::new(),
            imported: HashMap::new(),
            steps: 0,
            depth: 0,
            charged: 0,
        }
    }

    /// Forgets every value, and sets a variable: what is evaluated from now on is evaluated anew, with limits of its
    /// own. Files are neither read nor parsed again.
    pub(crate) fn restart(&mut self, variable: &str, value: &str) {
        self.variables.insert(variable.to_owned(), value.to_owned());
        self.heap = Heap::default();
        self.outermost = self.heap.add_scope(Vec::new(), None);
        self.imported.clear();
        self.steps = 0;
        self.depth = 0;
        self.charged = 0;
    }

    /// Whether `getEnv` asked for a variable, ever.
    pub(crate) fn has_read(&self, variable: &str) -> bool {
        self.variables_read.contains(variable)
    }

    /// The Nix files that were read so far.
    pub(super) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Evaluates the file at a path to weak head normal form.
    pub(crate) fn load(&mut self, path: &Path) -> Fallible<Val> {
        let Some(text) = path.to_str().filter(|_| path.is_absolute()) else {
            let kind = ErrorKind::Beyond { construct: "a path that is relative or isn't UTF-8".to_owned() };
            return Err(without_place(path, kind));
        };
        let path: Rc<str> = paths::canonical(text).into();
        let start = Source::new(u32::MAX, path.clone(), "".into());
        self.load_at(&path, start.at(0)).map_err(|mut fault| {
            if fault.error.location.file.as_os_str().is_empty() {
                fault.error.location = start.location(0);
            }
            fault
        })
    }

    /// Evaluates the file, or the `default.nix` of the folder, at a canonical path, once.
    pub(super) fn load_at(&mut self, path: &Rc<str>, at: Span) -> Fallible<Val> {
        let kind = self.files.file_type(Path::new(&**path));
        let path = match kind.map_err(|error| self.io_error(at, path, &error))? {
            FileType::Regular => path.clone(),
            FileType::Directory => return self.load_at(&format!("{path}/default.nix").into(), at),
            // Relative paths in it mean other files, depending on the version of Nix.
            FileType::Symlink => return Err(self.beyond(at, "importing a file through a symbolic link")),
            FileType::Unknown => return Err(self.beyond(at, "importing what is no file")),
        };
        let heap = &mut self.heap;
        let file = State::File(path.clone(), at);
        let thunk = *self.imported.entry(path).or_insert_with(|| heap.add(file));
        self.force(thunk, at)
    }

    /// Reads, parses and compiles a file, once.
    pub(super) fn program(&mut self, path: &Rc<str>, at: Span) -> Fallible<Rc<Expr>> {
        if let Some(program) = self.programs.get(path) {
            return Ok(program.clone());
        }
        let text = self.read(path, at)?;
        let parsed = self.files.parsed(Path::new(&**path)).filter(|parsed| **parsed.text() == *text);
        let file = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        let source = Source::new(file, path.clone(), text);
        self.sources.push(source.clone());
        let program = compile(&source, parsed.map(Parsed::root))?;
        self.programs.insert(path.clone(), program.clone());
        Ok(program)
    }

    /// The text of a file.
    pub(super) fn read(&mut self, path: &str, at: Span) -> Fallible<Rc<str>> {
        let bytes = self.files.read(Path::new(path)).map_err(|error| self.io_error(at, path, &error))?;
        self.charge(bytes.len() / BYTES_PER_ELEMENT, at)?;
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Ok(text.into()),
            _ => Err(self.beyond(at, format!("the file {path}, which isn't UTF-8 text,"))),
        }
    }

    pub(super) fn files(&self) -> &'a dyn Files {
        self.files
    }

    pub(super) fn variable(&mut self, name: &str, at: Span) -> Fallible<Rc<str>> {
        self.variables_read.insert(name.to_owned());
        match self.variables.get(name) {
            Some(value) => Ok(value.as_str().into()),
            None => Err(self.beyond(at, format!("the environment variable `{name}`"))),
        }
    }

    /// Everything that a value holds, evaluated.
    pub(crate) fn complete(&mut self, value: &Val) -> Fallible<Value> {
        let at = Span { file: 0, offset: 0 };
        self.complete_at(value, at)
    }

    fn complete_at(&mut self, value: &Val, at: Span) -> Fallible<Value> {
        self.charge(1, at)?;
        Ok(match value {
            Val::Null => Value::Null,
            Val::Bool(value) => Value::Bool(*value),
            Val::Int(value) => Value::Int(*value),
            Val::Float(value) => Value::Float(*value),
            Val::String(text, _) => Value::String(self.text(text, at)?),
            Val::Path(path) => Value::Path(PathBuf::from(&**path)),
            Val::List(items) => {
                let items =
                    items.iter().map(|item| self.deeper(at, |machine| machine.complete_thunk(*item, at)));
                Value::List(items.collect::<Fallible<_>>()?)
            }
            Val::Attrs(attrs) => {
                let mut complete = BTreeMap::new();
                for attr in attrs.iter() {
                    let inner = attr.at.unwrap_or(at);
                    let value = self.deeper(inner, |machine| machine.complete_thunk(attr.thunk, inner))?;
                    let location = attr.at.map(|at| self.location(at));
                    complete.insert(attr.name.to_string(), Attribute { value, location });
                }
                Value::Attrs(complete)
            }
            Val::Builtins => return Err(self.beyond(at, "the set of all builtins")),
            Val::Closure(_) | Val::Builtin(_) => return Err(self.failed(at, "a function is no data")),
        })
    }

    fn complete_thunk(&mut self, thunk: Thunk, at: Span) -> Fallible<Value> {
        let value = self.force(thunk, at)?;
        self.complete_at(&value, at)
    }

    fn text(&mut self, text: &str, at: Span) -> Fallible<String> {
        self.charge(text.len() / BYTES_PER_ELEMENT, at)?;
        Ok(text.to_owned())
    }

    /// Runs what may recurse as deep as data nests.
    pub(super) fn deeper<T>(&mut self, at: Span, work: impl FnOnce(&mut Self) -> Fallible<T>) -> Fallible<T> {
        if self.depth >= self.limits.depth {
            return Err(self.error(at, ErrorKind::Limit { what: "it nests too deeply" }));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Counts work.
    pub(super) fn step(&mut self, at: Span) -> Fallible<()> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(self.error(at, ErrorKind::Limit { what: "too many steps" }));
        }
        Ok(())
    }

    /// Counts memory that isn't on the heap; what is there counts by itself.
    pub(super) fn charge(&mut self, elements: usize, at: Span) -> Fallible<()> {
        self.charged = self.charged.saturating_add(elements);
        if self.charged.saturating_add(self.heap.len()) > self.limits.elements {
            return Err(self.error(at, ErrorKind::Limit { what: "too many elements" }));
        }
        Ok(())
    }

    /// A string that was made.
    pub(super) fn new_string(&mut self, text: String, at: Span) -> Fallible<Val> {
        self.charge(text.len() / BYTES_PER_ELEMENT, at)?;
        Ok(Val::string(text))
    }

    pub(super) fn new_list(&mut self, items: Vec<Thunk>, at: Span) -> Fallible<Val> {
        self.charge(items.len(), at)?;
        Ok(Val::List(items.into()))
    }

    pub(super) fn new_attrs(&mut self, attrs: Attrs, at: Span) -> Fallible<Val> {
        self.charge(attrs.len(), at)?;
        Ok(Val::Attrs(Rc::new(attrs)))
    }

    pub(crate) fn location(&self, at: Span) -> Location {
        match self.sources.get(usize::try_from(at.file).unwrap_or(usize::MAX)) {
            Some(source) => source.location(at.offset),
            None => Location { file: PathBuf::new(), position: Position { line: 1, column: 1 } },
        }
    }

    pub(super) fn error(&self, at: Span, kind: ErrorKind) -> Fault {
        Fault::new(kind, self.location(at))
    }

    pub(super) fn failed(&self, at: Span, message: impl Into<String>) -> Fault {
        self.error(at, ErrorKind::Failed { message: message.into() })
    }

    pub(crate) fn beyond(&self, at: Span, construct: impl Into<String>) -> Fault {
        self.error(at, ErrorKind::Beyond { construct: construct.into() })
    }

    pub(super) fn expected(&self, at: Span, expected: &str, found: &Val) -> Fault {
        self.failed(at, format!("value is {} while {expected} was expected", found.kind()))
    }

    pub(super) fn missing(&self, at: Span, name: &Name) -> Fault {
        self.failed(at, format!("attribute '{name}' missing"))
    }

    pub(super) fn io_error(&self, at: Span, path: &str, error: &io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::Unsupported => {
                self.beyond(at, format!("reading {path}, which the tree doesn't hold,"))
            }
            io::ErrorKind::FileTooLarge => self.error(at, ErrorKind::Limit { what: "a file too large" }),
            _ => self.failed(at, format!("reading {path}: {error}")),
        }
    }
}

fn without_place(path: &Path, kind: ErrorKind) -> Fault {
    let location = Location { file: path.to_owned(), position: Position { line: 1, column: 1 } };
    Fault::new(kind, location)
}
