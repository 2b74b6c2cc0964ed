//! The Nix editor: the first line is an attribute path, the rest a file. An edit is done as it was meant, or refused;
//! several at once are what they are one after the other.
#![no_main]

use generator::{
    edit::{self, Change},
    nix::{
        file::NixFile,
        find::{AttrPath, find},
    },
    path::TreePath,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((dotted, text)) = std::str::from_utf8(data).ok().and_then(|data| data.split_once('\n')) else {
        return;
    };
    let path = TreePath::new("x.nix").unwrap();
    let Ok(file) = NixFile::parse(&path, text.to_owned()) else { return };
    for at in [AttrPath::value(dotted), AttrPath::bound(dotted)] {
        let key = vec!["zz".to_owned()];
        let changes = [
            Change::InsertAttribute { set: at.clone(), key, value: "1".into() },
            Change::InsertItem { path: at.clone(), item: "zz".into() },
            Change::RemoveAttribute { path: at.clone() },
            Change::ReplaceValue { path: at.clone(), value: "zz".into() },
        ];
        for change in &changes {
            let Ok(after) = edit::apply(&file, change) else { continue };
            assert!(after.is_formatted() || !file.is_formatted(), "clean in, clean out");
            let set = |change: &Change| match change {
                Change::InsertAttribute { set, .. } => find(&after, &set.child("zz")).is_bound(),
                _ => true,
            };
            assert!(set(change), "an edit that is done is done where it was meant");
        }
        let next = Change::InsertAttribute { set: at.clone(), key: vec!["zy".to_owned()], value: "2".into() };
        for pair in changes.map(|change| [change, next.clone()]) {
            let [first, second] = &pair;
            let one_by_one = edit::insert_or_delete(&file, std::slice::from_ref(first))
                .and_then(|file| edit::insert_or_delete(&file, std::slice::from_ref(second)));
            let at_once = edit::insert_or_delete(&file, &pair);
            let words = |file: NixFile| file.text().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(at_once.ok().map(words), one_by_one.ok().map(words), "{pair:?}");
        }
    }
});
