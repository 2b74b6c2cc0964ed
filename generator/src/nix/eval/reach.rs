//! What a file may read, as far as its text tells, where it can't be evaluated.

use std::{collections::BTreeSet, path::Path, rc::Rc};

use rnix::SyntaxKind::{TOKEN_PATH_ABS, TOKEN_PATH_REL};

use super::{files::FileType, machine::Machine, paths};
use crate::nix::guard;

/// Files that are looked into, at most.
const MAX_FILES: usize = 1000;

impl Machine<'_> {
    /// Whether a word stands in a Nix file that was read, or in one that such a file names by a path: the file itself,
    /// or any in the folder that is named. Also when there is too much to look into.
    pub(crate) fn may_mention(&self, word: &str) -> bool {
        let read = self.sources().iter().map(|source| (source.path.clone(), source.text.clone()));
        let mut open: Vec<(Rc<str>, Rc<str>)> = read.collect();
        let mut seen: BTreeSet<Rc<str>> = open.iter().map(|(path, _)| path.clone()).collect();
        while let Some((path, text)) = open.pop() {
            if text.contains(word) || seen.len() > MAX_FILES {
                return true;
            }
            for named in self.named_in(&path, &text) {
                if seen.insert(named.clone())
                    && let Some(text) = self.text_of_file(&named)
                {
                    open.push((named, text));
                }
            }
        }
        false
    }

    /// The Nix files that a text names by paths.
    fn named_in(&self, path: &str, text: &str) -> Vec<Rc<str>> {
        // What doesn't parse names nothing, to Nix either; and the tokenizer must not meet what is hostile.
        if guard::parse(text).is_err() {
            return Vec::new();
        }
        let tokens = rnix::tokenize(text).filter(|(kind, _)| matches!(kind, TOKEN_PATH_REL | TOKEN_PATH_ABS));
        let named = tokens.map(|(kind, token)| match kind {
            TOKEN_PATH_ABS => paths::canonical(token),
            _ => paths::canonical(&format!("{}/{token}", paths::folder(path))),
        });
        named.flat_map(|named| self.nix_files_at(&named)).collect()
    }

    /// The file at a path, or every Nix file of the folder there.
    fn nix_files_at(&self, path: &str) -> Vec<Rc<str>> {
        match self.files().file_type(Path::new(path)) {
            Ok(FileType::Regular | FileType::Symlink) => vec![path.into()],
            Ok(FileType::Directory) => {
                let names = self.files().read_dir(Path::new(path)).unwrap_or_default().into_keys();
                let nix = |name: &String| Path::new(name).extension().is_some_and(|ending| ending == "nix");
                names.filter(nix).map(|name| format!("{path}/{name}").into()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn text_of_file(&self, path: &str) -> Option<Rc<str>> {
        let bytes = self.files().read(Path::new(path)).ok()?;
        String::from_utf8(bytes).ok().map(Rc::from)
    }
}
