//! One edit a test: a file before, a change, the file after.
//!
//! [`check`] asserts every time that what was clean stays clean, that the same change again is refused, and
//! that its inverse gives the bytes of before (unless a one-line set or list had to be broken).

use pretty_assertions::assert_eq;

use super::*;
use crate::path::TreePath;

fn file(text: &str) -> NixFile {
    NixFile::parse(&TreePath::literal("x.nix"), text.into()).unwrap()
}

fn insert(set: &str, key: &str, value: &str) -> Change {
    Change::InsertAttribute { set: AttrPath::value(set), key: vec![key.into()], value: value.into() }
}

fn item(list: &str, item: &str) -> Change {
    Change::InsertItem { path: AttrPath::value(list), item: item.into() }
}

fn inverse(change: &Change) -> Change {
    match change.clone() {
        Change::InsertAttribute { set, key, .. } => Change::RemoveAttribute { path: set.child(&key[0]) },
        Change::InsertItem { path, item } => Change::RemoveItem { path, item },
        other => panic!("{other:?} has no inverse"),
    }
}

#[track_caller]
fn check_one_way(change: &Change, before: &str, after: &str) -> (NixFile, NixFile) {
    let before = file(before);
    let edited = apply(&before, change).unwrap();
    assert_eq!(edited.text(), after);
    assert!(!before.is_formatted() || edited.is_formatted(), "clean in, clean out");
    assert!(matches!(apply(&edited, change), Err(Error::Conflict { .. })), "the same again is refused");
    let removed = apply(&edited, &inverse(change)).unwrap();
    (before, removed)
}

#[track_caller]
fn check(change: &Change, before: &str, after: &str) {
    let (before, removed) = check_one_way(change, before, after);
    assert_eq!(removed.text(), before.text(), "the inverse");
}

#[track_caller]
fn check_refused(change: &Change, before: &str, expected: &str) {
    let error = apply(&file(before), change).unwrap_err();
    let Error::NoPlace { at, found, .. } = &error else { panic!("{error}") };
    assert_eq!(format!("{at}: {found}"), expected);
}

#[test]
fn an_attribute_follows_its_siblings() {
    check(&insert("", "c", "3"), "{\n  a = 1;\n  b = 2;\n}\n", "{\n  a = 1;\n  b = 2;\n  c = 3;\n}\n");
}

#[test]
fn blank_lines_between_siblings_are_kept_up() {
    check(
        &insert("s", "c", "{\n  x = 3;\n}"),
        "{\n  s = {\n    a = {\n      x = 1;\n    };\n\n    b = {\n      x = 2;\n    };\n  };\n}\n",
        "{\n  s = {\n    a = {\n      x = 1;\n    };\n\n    b = {\n      x = 2;\n    };\n\n    c = {\n      x = 3;\n    };\n  };\n}\n",
    );
}

#[test]
fn a_comment_stays_with_its_owner() {
    check(
        &insert("", "c", "3"),
        "{\n  # of a\n  a = 1; # also of a\n\n  # of b\n  b = 2; # also of b\n  # of nobody\n}\n",
        "{\n  # of a\n  a = 1; # also of a\n\n  # of b\n  b = 2; # also of b\n\n  c = 3;\n  # of nobody\n}\n",
    );
}

#[test]
fn the_first_attribute_keeps_its_distance_from_a_comment() {
    check(&insert("", "a", "1"), "{\n  # What these are.\n}\n", "{\n  # What these are.\n\n  a = 1;\n}\n");
}

#[test]
fn an_empty_set_is_filled() {
    check(&insert("s", "a", "1"), "{\n  s = {\n  };\n}\n", "{\n  s = {\n    a = 1;\n  };\n}\n");
    check(&insert("s", "a", "1"), "{s={ };}\n", "{s={ a = 1; };}\n");
}

#[test]
fn a_one_line_set_is_broken_by_the_style_and_stays_so() {
    let (_, removed) =
        check_one_way(&insert("s", "a", "1"), "{\n  s = { };\n}\n", "{\n  s = {\n    a = 1;\n  };\n}\n");
    assert_eq!(removed.text(), "{\n  s = {\n  };\n}\n");
}

#[test]
fn a_dotted_binding_follows_dotted_bindings() {
    check(
        &insert("hosts", "c", "f {\n  x = 1;\n}"),
        "f:\n{\n  hosts.a = f { };\n  hosts.\"b\" = f { };\n  other = 1;\n}\n",
        "f:\n{\n  hosts.a = f { };\n  hosts.\"b\" = f { };\n  hosts.c = f {\n    x = 1;\n  };\n  other = 1;\n}\n",
    );
    check(
        &insert("a.b", "y", "2"),
        "{\n  a = {\n    b.x.z = 1;\n  };\n}\n",
        "{\n  a = {\n    b.x.z = 1;\n    b.y = 2;\n  };\n}\n",
    );
}

#[test]
fn a_set_is_found_through_the_shapes_people_write() {
    for (head, tail) in [
        ("{ self, ... }@inputs:\n", "\n"),
        ("let\n  x = 1;\nin\nwith x;\n", "\n"),
        ("{ a = 1; }\n// ", "\n"),
        ("(rec ", ")\n"),
    ] {
        let text = |body: &str| format!("{head}{{\n  s.\"t\" = {{\n{body}  }};\n}}{tail}");
        check(&insert("s.t", "b", "2"), &text("    a = 1;\n"), &text("    a = 1;\n    b = 2;\n"));
    }
}

#[test]
fn a_set_is_found_behind_its_name() {
    check(
        &insert("hosts", "b", "2"),
        "let\n  hosts = {\n    a = 1;\n  };\nin\n{\n  inherit hosts;\n}\n",
        "let\n  hosts = {\n    a = 1;\n    b = 2;\n  };\nin\n{\n  inherit hosts;\n}\n",
    );
}

#[test]
fn the_style_of_a_file_that_is_not_formatted_is_its_own() {
    check(&insert("", "c", "3"), "{ a=1;  b=2; }", "{ a=1;  b=2; c = 3; }");
    check(
        &insert("s", "c", "{\n  x = 3;\n}"),
        "{\n    s   =  {\n        a    = 1;\n        long = 2;\n    };\n}",
        "{\n    s   =  {\n        a    = 1;\n        long = 2;\n        c = {\n            x = 3;\n        };\n    };\n}",
    );
    check(
        &insert("s", "b", "{\n  x = 3;\n}"),
        "{\n\ts = {\n\t\ta = 1;\n\t};\n}",
        "{\n\ts = {\n\t\ta = 1;\n\t\tb = {\n\t\t\tx = 3;\n\t\t};\n\t};\n}",
    );
}

#[test]
fn lines_end_as_they_do_in_the_file() {
    check(
        &insert("s", "b", "{\n  x = 2;\n}"),
        "{\r\n  s = {\r\n    a = 1;\r\n  };\r\n}\r\n",
        "{\r\n  s = {\r\n    a = 1;\r\n    b = {\r\n      x = 2;\r\n    };\r\n  };\r\n}\r\n",
    );
}

#[test]
fn an_item_is_appended() {
    check(
        &item("imports", "./c.nix"),
        "{\n  imports = [\n    ./a.nix\n    ./b.nix # of b\n  ];\n}\n",
        "{\n  imports = [\n    ./a.nix\n    ./b.nix # of b\n    ./c.nix\n  ];\n}\n",
    );
    check(
        &item("imports", "./a.nix"),
        "{\n  imports = [\n  ];\n}\n",
        "{\n  imports = [\n    ./a.nix\n  ];\n}\n",
    );
    check(&item("imports", "./a.nix"), "{\n  imports = [ ];\n}\n", "{\n  imports = [ ./a.nix ];\n}\n");
    check(
        &item("imports", "./b.nix"),
        "{\n  imports = [\n    ./a.nix\n  ]\n  ++ more;\n}\n",
        "{\n  imports = [\n    ./a.nix\n    ./b.nix\n  ]\n  ++ more;\n}\n",
    );
}

#[test]
fn a_one_line_list_is_broken_by_the_style_and_stays_so() {
    let (_, removed) = check_one_way(
        &item("imports", "./b.nix"),
        "{\n  imports = [ ./a.nix ];\n}\n",
        "{\n  imports = [\n    ./a.nix\n    ./b.nix\n  ];\n}\n",
    );
    assert_eq!(removed.text(), "{\n  imports = [\n    ./a.nix\n  ];\n}\n");
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    let before = file("{\n  a.b = 1; # one\n  c = 1;\n}\n");
    let change = |path: &str| Change::ReplaceValue { path: AttrPath::value(path), value: "\"two\"".into() };
    assert_eq!(apply(&before, &change("a.b")).unwrap().text(), "{\n  a.b = \"two\"; # one\n  c = 1;\n}\n");
    assert!(matches!(apply(&before, &change("a.x")), Err(Error::NoPlace { .. })));
}

#[test]
fn strings_of_many_lines_keep_their_value() {
    check(
        &insert("", "b", "2"),
        "{\n  a = ''\n    one\n      two ${x}\n  '';\n}\n",
        "{\n  a = ''\n    one\n      two ${x}\n  '';\n  b = 2;\n}\n",
    );
}

#[test]
fn the_first_of_several_goes_without_a_trace() {
    let before = file("{\n  # of a\n\n  a = 1;\n\n  # of b\n  b = 2;\n}\n");
    let change = Change::RemoveAttribute { path: AttrPath::value("a") };
    assert_eq!(apply(&before, &change).unwrap().text(), "{\n  # of a\n\n  # of b\n  b = 2;\n}\n");
}

#[test]
fn a_comment_apart_stays_apart_from_what_follows() {
    let before = file("{\n  a = 1;\n  # apart\n\n  # of b\n  b = 2;\n  c = 3;\n}\n");
    let change = Change::RemoveAttribute { path: AttrPath::value("b") };
    assert_eq!(apply(&before, &change).unwrap().text(), "{\n  a = 1;\n  # apart\n\n  c = 3;\n}\n");
}

#[test]
fn what_is_written_in_place_comes_before_what_a_name_leads_to() {
    check(
        &item("imports", "./c.nix"),
        "let\n  shared = [\n    ./a.nix\n  ];\nin\n{\n  imports = shared ++ [\n    ./b.nix\n  ];\n}\n",
        "let\n  shared = [\n    ./a.nix\n  ];\nin\n{\n  imports = shared ++ [\n    ./b.nix\n    ./c.nix\n  ];\n}\n",
    );
    check(
        &insert("hosts", "c", "3"),
        "let\n  shared = {\n    a = 1;\n  };\nin\n{\n  hosts = shared // {\n    b = 2;\n  };\n}\n",
        "let\n  shared = {\n    a = 1;\n  };\nin\n{\n  hosts = shared // {\n    b = 2;\n    c = 3;\n  };\n}\n",
    );
}

#[test]
fn the_comments_of_what_goes_are_known() {
    let text = file("{\n  a = 1;\n  # apart\n\n  # above\n  b = 2; # behind\n}\n");
    let change = Change::RemoveAttribute { path: AttrPath::value("b") };
    let comments = owned_comments(&text, &change).unwrap();
    let shown: Vec<_> = comments.iter().map(|(at, comment)| format!("{at} {comment}")).collect();
    assert_eq!(shown, ["x.nix:5:3 # above", "x.nix:6:10 # behind"]);
    assert_eq!(apply(&text, &change).unwrap().text(), "{\n  a = 1;\n  # apart\n}\n");
}

#[test]
fn a_place_in_doubt_is_refused() {
    check_refused(&insert("s", "b", "2"), "{ t = { }; }", "x.nix: there is no attribute set s");
    check_refused(
        &insert("s", "b", "2"),
        "{\n  s = f { a = 1; };\n}\n",
        "x.nix:2:7: s may be made here, by an expression that is not an attribute set written out",
    );
    check_refused(
        &insert("", "b", "2"),
        "f { a = 1; }",
        "x.nix:1:1: the file's value may be made here, by an expression that is not an attribute set written out",
    );
    check_refused(
        &insert("s", "b", "2"),
        "{\n  s = { a = 1; } // { c = 1; };\n}\n",
        "x.nix:2:7: s is made of several sets, at x.nix:2:7, x.nix:2:21",
    );
    check_refused(
        &insert("s", "b", "2"),
        "{ s.a = 1; } // { s.c = 1; }",
        "x.nix:1:3: s is spread over several sets, this is the first",
    );
    check_refused(&item("imports", "./b.nix"), "{ }", "x.nix: there is no list imports");
    check_refused(
        &item("imports", "./b.nix"),
        "{ imports = map f [ ./a.nix ]; }",
        "x.nix:1:13: imports is not one list, written out",
    );
}

#[test]
fn a_name_that_is_not_bound_there_is_refused() {
    check_refused(
        &insert("hosts", "b", "f nixpkgs"),
        "let\n  f = x: x;\nin\n{\n  hosts.a = 1;\n}\n",
        "x.nix:6:3: hosts.b belongs here, and mentions nixpkgs, which is not bound here",
    );
}

fn edited(before: &NixFile, edit: &TextEdit) -> String {
    text_edit::apply(std::slice::from_ref(edit), before.text())
}

fn verify(before: &NixFile, after: &NixFile, change: &Change, edit: &TextEdit) -> Result<()> {
    verify::verify(before, after, std::slice::from_ref(change), std::slice::from_ref(edit))
}

/// Several changes at once give what they give one after the other.
#[track_caller]
fn check_together(changes: &[Change], before: &str, after: &str) {
    let before = file(before);
    let one_by_one = changes
        .iter()
        .try_fold(before.clone(), |file, change| insert_or_delete(&file, std::slice::from_ref(change)));
    assert_eq!(insert_or_delete(&before, changes).unwrap().text(), after);
    assert_eq!(one_by_one.unwrap().text(), after, "one by one");
}

#[test]
fn several_changes_are_made_as_one_after_the_other() {
    let both = [insert("s", "c", "3"), insert("s", "d", "4")];
    check_together(
        &both,
        "{\n  s = {\n    a = 1;\n  };\n}\n",
        "{\n  s = {\n    a = 1;\n    c = 3;\n    d = 4;\n  };\n}\n",
    );
    check_together(
        &both,
        "{\n  s = {\n    a = 1; # a\n\n    b = 2; # b\n    # end\n  };\n}\n",
        "{\n  s = {\n    a = 1; # a\n\n    b = 2; # b\n\n    c = 3;\n\n    d = 4;\n    # end\n  };\n}\n",
    );
    check_together(&both, "{ s = { a = 1; }; }\n", "{ s = { a = 1; c = 3; d = 4; }; }\n");
    check_together(&both, "{ s = { a = 1; # a\n  };\n}\n", "{ s = { a = 1; # a\nc = 3;\nd = 4;\n  };\n}\n");
    check_together(&both, "{ s.a = 1; }\n", "{ s.a = 1; s.c = 3; s.d = 4; }\n");
    // The second has its place only once the first is there.
    check_together(&both, "{ s = { }; }\n", "{ s = { c = 3; d = 4; }; }\n");
    check_together(
        &[insert("", "t", "{ }"), insert("t", "a", "1")],
        "{ s = 1; }\n",
        "{ s = 1; t = { a = 1; }; }\n",
    );
    // The later place in the file comes first.
    let apart = [
        insert("t", "a", "1"),
        item("s", "b"),
        item("s", "c"),
        Change::RemoveAttribute { path: AttrPath::value("u") },
    ];
    check_together(
        &apart,
        "{\n  s = [\n    a\n  ];\n  u = 1;\n  t = { };\n}\n",
        "{\n  s = [\n    a\n    b\n    c\n  ];\n  t = { a = 1; };\n}\n",
    );
}

#[test]
fn of_several_changes_none_is_made_when_one_can_not_be() {
    let before = file("{ s = { a = 1; }; }\n");
    for second in [insert("s", "a", "2"), insert("s", "b", "2"), insert("t", "b", "2")] {
        assert!(insert_or_delete(&before, &[insert("s", "b", "1"), second]).is_err());
    }
}

#[test]
fn an_edit_in_the_wrong_set_is_rejected() {
    let before = file("{\n  hosts = {\n    a = 1;\n  };\n  homes = {\n    a = 1;\n  };\n}\n");
    let change = insert("hosts", "b", "2");
    let right = locate(&before, &change).unwrap();
    let wrong = locate(&before, &insert("homes", "b", "2")).unwrap();
    let verify = |edit: &TextEdit| verify(&before, &file(&edited(&before, edit)), &change, edit);
    assert!(verify(&right).is_ok());
    let error = verify(&wrong).unwrap_err().to_string();
    assert_eq!(
        error,
        "x.nix: the edit was not what it should be: hosts.b is not bound once where it was meant to be"
    );
}

#[test]
fn an_edit_with_another_effect_is_rejected() {
    let before = file("{\n  hosts = {\n    a = 1;\n  };\n}\n");
    let change = insert("hosts", "b", "2");
    let offset = locate(&before, &change).unwrap().delete.start;
    for (planted, why) in [
        ("\n    b = 3;", "it did not end where it was meant to be"),
        ("\n    b = 2;\n    b = 2;", "hosts.b is not bound once where it was meant to be"),
        ("\n    b = 2;\n    c = 2;", "it did not end where it was meant to be"),
        ("\n    # b = 2;", "hosts.b is not bound once where it was meant to be"),
    ] {
        let edit = TextEdit::insert(offset, planted.into());
        let error = verify(&before, &file(&edited(&before, &edit)), &change, &edit).unwrap_err();
        assert!(error.to_string().ends_with(why), "{planted:?}: {error}");
    }
    // A token that another edit took along.
    let edit = TextEdit::insert(offset, "\n    b = 2;".into());
    let after = file(&edited(&before, &edit).replace("a = 1", "a = 2"));
    let error = verify(&before, &after, &change, &edit).unwrap_err();
    assert!(error.to_string().ends_with("a token outside the edit is another one"), "{error}");
}

#[test]
fn a_comment_on_a_line_that_ends_as_on_windows_stays() {
    let before = file("{\r\n  hosts = {\r\n    # nobody yet\r\n  };\r\n}\r\n");
    let after = apply(&before, &insert("hosts", "b", "2")).unwrap();
    assert_eq!(after.text(), "{\r\n  hosts = {\r\n    # nobody yet\r\n\r\n    b = 2;\r\n  };\r\n}\r\n");
    let removed = apply(&after, &Change::RemoveAttribute { path: AttrPath::value("hosts.b") }).unwrap();
    assert_eq!(removed.text(), before.text());
}

#[test]
fn an_entry_does_not_end_in_the_comment_behind_the_last_one() {
    let before = file("{ hosts = { a = 1; c = 3; # both\n  };\n}\n");
    let after = apply(&before, &insert("hosts", "b", "2")).unwrap();
    assert_eq!(after.text(), "{ hosts = { a = 1; c = 3; # both\nb = 2;\n  };\n}\n");
    let removed = apply(&after, &Change::RemoveAttribute { path: AttrPath::value("hosts.b") }).unwrap();
    assert_eq!(removed.text(), before.text());
}
