//! Commands that meet another command, or what one left.

use std::fs;

use generator::apply::{FOLDER, Lock};
use pretty_assertions::assert_eq;

use crate::fixture::Fixture;

#[test]
fn the_second_writer_is_refused_and_readers_are_not() {
    let fixture = Fixture::new();
    let lock = Lock::acquire(fixture.root(), false).unwrap();
    let said = format!("error: another command is changing this tree (process {})", std::process::id());
    fixture.refused(&["new-agent", "vesta"], 1, &said);
    fixture.refused(&["remove-agent", "luce"], 1, "hint: wait until it is done, or pass `--wait`");
    assert_eq!(fixture.run("list").code, 0);
    assert_eq!(fixture.run("new-agent vesta --dry-run").code, 0);
    drop(lock);
    assert_eq!(fixture.run("new-agent vesta --wait").code, 0);
}

#[test]
fn what_was_interrupted_before_its_commit_point_is_swept_away() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    fs::create_dir(fixture.root().join(FOLDER)).unwrap();
    fixture.write(&format!("{FOLDER}/0.after"), "half a fi");
    let outcome = fixture.ok("list");
    assert_eq!(outcome.stderr, "an earlier command was interrupted; the tree is as it was before it\n");
    assert_eq!(fixture.snapshot(), before);
}
