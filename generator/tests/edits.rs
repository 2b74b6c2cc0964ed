//! What an edit promises, over files that nobody wrote: sets in sets, dotted and quoted names, comments, blank
//! lines, one line or many, any indentation.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use generator::{
    edit::{self, Change},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
    },
    path::TreePath,
};
use proptest::prelude::*;

/// A set as somebody may write it.
#[derive(Debug, Clone)]
struct Set {
    entries: Vec<Entry>,
    many_lines: bool,
    blank_lines: bool,
    indent: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    name: &'static str,
    quoted: bool,
    comment: Comment,
    value: Value,
}

#[derive(Debug, Clone, Copy)]
enum Comment {
    None,
    Above,
    Behind,
}

#[derive(Debug, Clone)]
enum Value {
    Number(u8),
    Text(&'static str),
    List(Vec<u8>),
    Dotted(&'static str),
    Set(Set),
}

const NAMES: [&str; 6] = ["a", "b", "c-d", "e", "f", "g"];

fn value() -> BoxedStrategy<Value> {
    let texts = prop::sample::select(vec!["\"x = 1;\"", "''\n  one\n    two\n''", "\"\"", "./p.nix"]);
    let leaf = prop_oneof![
        any::<u8>().prop_map(Value::Number),
        texts.prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::List),
        prop::sample::select(NAMES.to_vec()).prop_map(Value::Dotted),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| set(inner).prop_map(Value::Set)).boxed()
}

fn set(value: BoxedStrategy<Value>) -> impl Strategy<Value = Set> {
    let comment =
        prop_oneof![3 => Just(Comment::None), 1 => Just(Comment::Above), 1 => Just(Comment::Behind)];
    let entry = (any::<bool>(), comment, value).prop_map(|(quoted, comment, value)| (quoted, comment, value));
    let entries = prop::collection::vec(entry, 0..NAMES.len());
    (entries, any::<bool>(), any::<bool>(), prop::sample::select(vec![2_usize, 4])).prop_map(
        |(entries, many_lines, blank_lines, indent)| {
            // A comment behind an entry needs the line to end there.
            let commented = entries.iter().any(|(_, comment, _)| !matches!(comment, Comment::None));
            let entries = entries.into_iter().zip(NAMES);
            let entries =
                entries.map(|((quoted, comment, value), name)| Entry { name, quoted, comment, value });
            Set { entries: entries.collect(), many_lines: many_lines || commented, blank_lines, indent }
        },
    )
}

impl Set {
    /// The set as text that starts in column `depth`.
    fn text(&self, depth: usize) -> String {
        let separator = |index: usize| match (self.many_lines, self.blank_lines && index > 0) {
            (true, true) => format!("\n\n{:1$}", "", depth + self.indent),
            (true, false) => format!("\n{:1$}", "", depth + self.indent),
            (false, _) => " ".to_owned(),
        };
        let entries = self.entries.iter().enumerate().map(|(index, entry)| {
            let separator = separator(index);
            let name = if entry.quoted { format!("\"{}\"", entry.name) } else { entry.name.to_owned() };
            let binding = match &entry.value {
                Value::Number(number) => format!("{name} = {number};"),
                Value::Text(text) => format!("{name} = {text};"),
                Value::List(items) => {
                    let items = items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
                    format!("{name} = [ {items} ];")
                }
                Value::Dotted(below) => format!("{name}.{below} = 1;"),
                Value::Set(set) => format!("{name} = {};", set.text(depth + self.indent)),
            };
            match entry.comment {
                Comment::None => format!("{separator}{binding}"),
                Comment::Above => format!("{separator}# of {name}\n{:1$}{binding}", "", depth + self.indent),
                Comment::Behind => format!("{separator}{binding} # behind {name}"),
            }
        });
        let end = if self.many_lines { format!("\n{:depth$}", "") } else { " ".to_owned() };
        format!("{{{}{end}}}", entries.collect::<String>())
    }

    /// The paths of this set and of all sets below it.
    fn paths(&self, path: &AttrPath) -> Vec<AttrPath> {
        let mut paths = vec![path.clone()];
        for entry in &self.entries {
            if let Value::Set(set) = &entry.value {
                paths.extend(set.paths(&path.child(entry.name)));
            }
        }
        paths
    }
}

/// Everything but white space, in order.
fn tokens(file: &NixFile) -> Vec<String> {
    let tokens = file.syntax().descendants_with_tokens().filter_map(rnix::NodeOrToken::into_token);
    let tokens = tokens.filter(|token| token.kind() != rnix::SyntaxKind::TOKEN_WHITESPACE);
    tokens.map(|token| token.text().split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn file(text: String) -> NixFile {
    NixFile::parse(&TreePath::new("x.nix").unwrap(), text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_insertion_adds_one_binding_and_its_removal_undoes_it(
        set in set(value()),
        which in any::<prop::sample::Index>(),
        format in any::<bool>(),
    ) {
        let text = format!("{{ pkgs, ... }}:\n{}\n", set.text(0));
        let text = if format { nixfmt_rs::format(&text).unwrap() } else { text };
        let before = file(text);
        let paths = set.paths(&AttrPath::value(""));
        let target = which.get(&paths).clone();
        let change = Change::InsertAttribute { set: target.clone(), key: vec!["new".into()], value: "{\n  x = 1;\n}".into() };
        let after = edit::apply(&before, &change).unwrap();

        prop_assert_eq!(before.is_formatted(), after.is_formatted());
        let path = target.child("new");
        prop_assert_eq!(find(&after, &path).bindings.len(), 1);
        let (old, mut new) = (tokens(&before), tokens(&after));
        let added = ["new", "=", "{", "x", "=", "1", ";", "}", ";"];
        let at = new.windows(added.len()).position(|window| window == added).unwrap();
        new.drain(at..at + added.len());
        prop_assert_eq!(&new, &old, "every other token is where it was");

        let undone = edit::apply(&after, &Change::RemoveAttribute { path }).unwrap();
        prop_assert_eq!(tokens(&undone), old);
        // A set that was on one line may have been broken into lines, and stays so.
        let many_lines = find(&before, &target).sets().all(|set| set.to_string().contains('\n'));
        if many_lines {
            prop_assert_eq!(undone.text(), before.text());
        }
    }

    #[test]
    fn no_text_makes_the_editor_panic(text in "[a-c{}\\[\\]().=;:,@#'\"$ \n/+0-9]{0,80}") {
        if let Ok(file) = NixFile::parse(&TreePath::new("x.nix").unwrap(), text) {
            for path in ["", "a", "a.b"] {
                let set = AttrPath::value(path);
                let _ = edit::apply(&file, &Change::InsertAttribute { set: set.clone(), key: vec!["z".into()], value: "1".into() });
                let _ = edit::apply(&file, &Change::InsertItem { path: set.clone(), item: "z".into() });
                let _ = edit::apply(&file, &Change::RemoveAttribute { path: set });
            }
        }
    }
}
