//! `secrets/.recipients`: what each secret was last sealed to, one line a file.
//!
//! A line is the SHA-256 of the ciphertext, that of the sorted set of recipients, and the path below the root:
//!
//! ```text
//! 9f86d0… 2c2634… secrets/stalwart-mail-drago-password.age
//! ```
//!
//! Lines are sorted by path. Git merges the file as a union (`.gitattributes`); two lines for one path mean
//! that nothing is known of it. A line proves nothing by itself: whoever can commit can write one.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::recipient::{Recipient, hash_set};
use crate::path::TreePath;

/// What is known of one sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The SHA-256 of the ciphertext, in hexadecimal.
    pub ciphertext: &'a str,
    /// The SHA-256 of the set of recipients, in hexadecimal.
    pub recipients: &'a str,
    /// The file.
    pub path: &'a str,
}

/// The lines of a manifest that can be read, in their order.
pub fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    raw_lines(text).filter_map(parse)
}

/// The lines of a manifest by their paths.
#[derive(Debug)]
pub struct Index<'a>(BTreeMap<&'a str, Option<Line<'a>>>);

impl<'a> Index<'a> {
    /// The lines of a manifest; of two for one path neither is believed.
    pub fn new(lines: impl Iterator<Item = Line<'a>>) -> Self {
        let mut known = BTreeMap::new();
        for line in lines {
            known.entry(line.path).and_modify(|it| *it = None).or_insert(Some(line));
        }
        Self(known)
    }

    /// Whether the manifest has a line for `path`, whatever it says.
    #[must_use]
    pub fn names(&self, path: &TreePath) -> bool {
        self.0.contains_key(path.as_str())
    }

    /// Whether the manifest says that `ciphertext` is what was sealed to `recipients` at `path`.
    #[must_use]
    pub fn agrees(&self, path: &TreePath, ciphertext: &[u8], recipients: &[Recipient]) -> bool {
        self.0.get(path.as_str()).and_then(Option::as_ref).is_some_and(|line| {
            line.ciphertext == hash(ciphertext) && line.recipients == hash_set(recipients)
        })
    }
}

/// One file as it was sealed, and to whom.
pub type Entry<'a> = (&'a TreePath, &'a [u8], &'a [Recipient]);

/// [`with`], for many files.
#[must_use]
pub fn with_all(text: &str, entries: &[Entry<'_>]) -> String {
    if let [(path, ciphertext, recipients)] = entries {
        return with(text, path, ciphertext, recipients);
    }
    let paths: BTreeMap<&str, String> = entries
        .iter()
        .map(|(path, sealed, set)| (path.as_str(), format!("{} {} {path}", hash(sealed), hash_set(*set))))
        .collect();
    let mut others = raw_lines(text).filter(|line| parse(line).is_none_or(|it| !paths.contains_key(it.path)));
    let mut all = Vec::new();
    let mut next = others.next();
    for (path, line) in &paths {
        // A line that can't be read stays behind the one that it follows.
        while let Some(other) = next.filter(|other| parse(other).is_none_or(|it| it.path <= *path)) {
            all.push(other);
            next = others.next();
        }
        all.push(line);
    }
    all.extend(next);
    all.extend(others);
    join(&all)
}

/// The manifest with the line of `path` as it must be for `ciphertext` and `recipients`; other lines stay.
#[must_use]
pub fn with(text: &str, path: &TreePath, ciphertext: &[u8], recipients: &[Recipient]) -> String {
    let line = format!("{} {} {path}", hash(ciphertext), hash_set(recipients));
    let text = without(text, path);
    let mut lines: Vec<&str> = raw_lines(&text).collect();
    let after = |other: &&str| parse(other).is_none_or(|other| other.path <= path.as_str());
    lines.insert(lines.iter().take_while(|line| after(line)).count(), &line);
    join(&lines)
}

/// The manifest without a line for `path`; other lines stay.
#[must_use]
pub fn without(text: &str, path: &TreePath) -> String {
    let other = |line: &&str| parse(line).is_none_or(|line| line.path != path.as_str());
    join(&raw_lines(text).filter(other).collect::<Vec<_>>())
}

/// The lines as they are, a carriage return at the end of one included: other lines stay to the byte.
fn raw_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_terminator('\n')
}

fn parse(line: &str) -> Option<Line<'_>> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (ciphertext, rest) = line.split_once(' ')?;
    let (recipients, path) = rest.split_once(' ')?;
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hash(ciphertext) && is_hash(recipients)).then_some(Line { ciphertext, recipients, path })
}

fn join(lines: &[&str]) -> String {
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

fn hash(ciphertext: &[u8]) -> String {
    format!("{:x}", Sha256::digest(ciphertext))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients() -> Vec<Recipient> {
        vec![include_str!("../../../tests/keys/example_operator.pub").parse().unwrap()]
    }

    fn path(text: &str) -> TreePath {
        TreePath::new(text).unwrap()
    }

    #[test]
    fn lines_are_sorted_by_path_and_come_and_go_alone() {
        let mut text = String::new();
        for name in ["c.age", "a b.age", "b.age"] {
            text = with(&text, &path(name), name.as_bytes(), &recipients());
        }
        assert_eq!(lines(&text).map(|line| line.path).collect::<Vec<_>>(), ["a b.age", "b.age", "c.age"]);
        let more = with(&text, &path("aa.age"), b"", &recipients());
        assert_eq!(without(&more, &path("aa.age")), text);
        assert_eq!(with(&text, &path("b.age"), b"b.age", &recipients()), text);
    }

    #[test]
    fn agrees_with_one_line_that_is_true() {
        let (path, sealed) = (path("a.age"), b"sealed");
        let agrees = |text: &str, path: &TreePath, sealed: &[u8], to: &[Recipient]| {
            Index::new(lines(text)).agrees(path, sealed, to)
        };
        let text = with("", &path, sealed, &recipients());
        assert!(agrees(&text, &path, sealed, &recipients()));
        assert!(!agrees(&text, &path, b"edited by agenix", &recipients()));
        assert!(!agrees(&text, &path, sealed, &[]));
        assert!(!agrees("", &path, sealed, &recipients()));
        let merged = format!("{text}{}", with("", &path, b"on the other branch", &recipients()));
        assert!(!agrees(&merged, &path, sealed, &recipients()), "two lines mean that nothing is known");
    }

    #[test]
    fn many_lines_come_as_they_would_one_by_one() {
        let before = ["x", "e", "b"]
            .iter()
            .fold("# a comment\n".to_owned(), |text, name| with(&text, &path(name), b"", &recipients()));
        let names = ["a", "b", "c", "f", "z"].map(path);
        let to = recipients();
        let entries: Vec<Entry<'_>> = names.iter().map(|name| (name, b"new".as_slice(), &*to)).collect();
        for entries in [&entries[..0], &entries[..1], &entries[1..3], &entries[..]] {
            let mut expected = before.clone();
            for (name, sealed, to) in entries {
                expected = with(&expected, name, sealed, to);
            }
            assert_eq!(with_all(&before, entries), expected);
        }
    }

    #[test]
    fn what_it_can_not_read_it_keeps() {
        for text in ["# a comment\n", "# as on Windows\r\n", "\r\n\n"] {
            let more = with(text, &path("a.age"), b"", &recipients());
            assert!(more.starts_with(text));
            assert_eq!(without(&more, &path("a.age")), text);
        }
    }
}
