//! `tests/shapes/*`: flakes in the shapes that people write, each with what registers one more host in it
//! (`after.diff`) or why that is refused (`refusal`).
//!
//! `UPDATE_EXPECT=1` writes what is expected; read it. A shape with a file `breaks` has a list or set on one line
//! that can't stay so, or a value whose first or last line is that of another now.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use generator::{
    adopt::Detected,
    edit::format_like,
    error::Result,
    flake::{self, Form, Planned},
    host_file::Needs,
    name::AgentName,
    nix::file::NixFile,
    path::TreePath,
    plan::{Draft, Kind, Plan},
    tree::Tree,
};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn shapes() -> Vec<PathBuf> {
    let folders = fs::read_dir(repository().join("tests/shapes")).unwrap();
    let mut shapes: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
    shapes.sort();
    assert!(shapes.len() >= 60, "there are {} shapes", shapes.len());
    shapes
}

fn tree(root: &Path) -> Tree {
    if root.join("agent-tool.toml").is_file() {
        return Tree::open(root).unwrap();
    }
    // A flake with a syntax error says nothing of itself.
    let settings = Detected::read(root).map_or_else(|_| Detected::default().settings(), |it| it.settings());
    Tree::with_settings(root, settings.unwrap()).unwrap()
}

fn vesta() -> AgentName {
    "vesta".parse().unwrap()
}

/// The plan of a registration, its form, and what the host's own file needs to say.
fn register(tree: &Tree) -> Result<(Form, Needs, Plan)> {
    let registration = flake::register(&Planned::none(tree), &vesta().host())?;
    let mut draft = Draft::new(tree);
    registration.enter(&mut draft)?;
    Ok((registration.form, registration.needs, draft.finish()?))
}

#[test]
fn every_shape_takes_a_host_or_says_why_not() {
    for shape in shapes() {
        let tree = tree(&shape);
        let (outcome, text) = match register(&tree) {
            Ok((form, needs, plan)) => {
                expect_invariants(&tree, &plan, &shape);
                let form = serde_json::to_string(&form).unwrap();
                let release = if needs.default_release { "release: a default\n" } else { "" };
                let unfree = if needs.unfree { "unfree: left to each\n" } else { "" };
                ("after.diff", format!("form: {}\n{release}{unfree}{}", form.trim_matches('"'), plan.diff()))
            }
            Err(error) => ("refusal", format!("{error}\nhint: {}\n", error.hint().unwrap_or_default())),
        };
        let expected = shape.join(outcome);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            for other in ["after.diff", "refusal"] {
                let _ = fs::remove_file(shape.join(other));
            }
            fs::write(&expected, &text).unwrap();
        }
        let expected = fs::read_to_string(expected).unwrap_or_default();
        assert_eq!(text, expected, "{}", shape.display());
    }
}

/// Lines only come; a file in the official style stays in it; the host that came goes to the byte.
fn expect_invariants(tree: &Tree, plan: &Plan, shape: &Path) {
    if plan.changes.is_empty() {
        return;
    }
    let breaks = shape.join("breaks").is_file();
    let planned: BTreeMap<_, _> =
        plan.changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect();
    let removal = flake::unregister(&Planned::new(tree, planned), &vesta().host()).unwrap().unwrap();
    assert_eq!(removal.comments, []);
    let left: BTreeMap<_, _> =
        removal.file.iter().chain(&removal.importer).map(|file| (file.path().clone(), file.text())).collect();
    for change in &plan.changes {
        let (after, path) = (text(change.after.as_deref()), &change.path);
        let before = text(change.before.as_deref());
        let goes = change.diff().lines().any(|line| line.starts_with('-') && !line.starts_with("---"));
        assert_eq!(goes, breaks, "{}: {path}", shape.display());
        let is_formatted = |text: &str| NixFile::parse(path, text.to_owned()).unwrap().is_formatted();
        if change.kind() == Kind::Create || is_formatted(&before) {
            assert!(is_formatted(&after), "{}: {path}", shape.display());
        }
        let removed = left
            .get(path)
            .map(|text| format_like(path, &after, text).unwrap().unwrap_or_else(|| (*text).to_owned()));
        let removed = removed.unwrap_or_default();
        let words = |text: &str| text.split_whitespace().collect::<String>();
        if breaks {
            assert_eq!(words(&removed), words(&before), "{}: {path}", shape.display());
        } else {
            assert_eq!(removed, before, "{}: {path}", shape.display());
        }
    }
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap()
}

/// What Nix makes of the shapes: before, after, and of the new host.
#[test]
fn nix_sees_the_hosts_of_before_and_the_new_one() {
    if Command::new("nix-instantiate").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "CI needs Nix: apt-get install nix-bin"
        );
        eprintln!("skipped: there is no nix-instantiate (apt-get install nix-bin)");
        return;
    }
    let after = TempDir::new().unwrap();
    let mut names = Vec::new();
    for shape in shapes() {
        let tree = tree(&shape);
        let Ok((.., plan)) = register(&tree) else { continue };
        // Nix reads pipes only where it is new and told to.
        if fs::read_to_string(shape.join("flake.nix")).unwrap().contains("|>") {
            continue;
        }
        let name = shape.file_name().unwrap().to_str().unwrap().to_owned();
        let root = after.path().join(&name);
        copy(&shape, &root);
        let host = tree.settings().paths.host(&vesta());
        let files = plan.changes.iter().map(|change| (change.path.clone(), text(change.after.as_deref())));
        for (path, text) in files.chain([(host, "{ }\n".to_owned())]) {
            write(&root, &path, &text);
        }
        names.push(name);
    }
    let expression = format!(
        "import {}/tests/nix/shapes.nix {{ before = {0}/tests/shapes; after = {}; names = [ {} ]; }}",
        repository().display(),
        after.path().display(),
        names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" "),
    );
    let output = Command::new("nix-instantiate")
        .args(["--eval", "--strict", "--json", "--store", "dummy://", "--expr", &expression])
        .env("NIX_CONFIG", "substituters =\nflake-registry =")
        .env_remove("NIX_PATH")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let wrong: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(wrong, BTreeMap::new(), "what is wrong in which shape");
    assert!(names.len() >= 50, "{} shapes take a host", names.len());
}

/// A flake in a folder of its own, among files that the test writes.
fn flake(text: &str, others: &[(&str, &[u8])]) -> (TempDir, Tree) {
    let root = TempDir::new().unwrap();
    write(root.path(), &TreePath::new("flake.nix").unwrap(), text);
    for (path, contents) in others {
        let full = root.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, contents).unwrap();
    }
    let tree = tree(root.path());
    (root, tree)
}

#[test]
fn a_byte_order_mark_is_refused() {
    let (_root, tree) = flake("\u{feff}{ outputs = inputs: { nixosConfigurations = { }; }; }", &[]);
    let error = register(&tree).unwrap_err().to_string();
    assert_eq!(
        error,
        "flake.nix:1:1: the file starts with a byte order mark, which Nix doesn't take: remove it"
    );
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let (root, tree) = flake("", &[("flake.nix", b"{ # \xff\n}")]);
    assert_eq!(register(&tree).unwrap_err().to_string(), "flake.nix:1:5: this is not UTF-8 text");
    assert_eq!(fs::read(root.path().join("flake.nix")).unwrap(), b"{ # \xff\n}");
}

/// git-crypt leaves such files under the names of Nix files.
#[test]
fn neighbours_that_are_no_text_are_passed_by() {
    let text = "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } (inputs.import-tree ./modules); }\n";
    let module =
        b"{ inputs, ... }: { flake.nixosConfigurations = { tower = inputs.x; laptop = inputs.x; }; }\n";
    let (_root, tree) = flake(
        text,
        &[("modules/hosts.nix", module), ("modules/secret.nix", b"\0GITCRYPT\0\xff nixosConfigurations")],
    );
    let (form, _, plan) = register(&tree).unwrap();
    assert_eq!((form, plan.changes[0].path.as_str()), (Form::Attribute, "modules/hosts.nix"));
}

#[test]
fn ten_thousand_lines_are_read() {
    let host = |number: u32| {
        format!(
            "    host-{number} = nixpkgs.lib.nixosSystem {{\n      system = \"x86_64-linux\";\n      modules = [ ./hosts/host-{number} \
             ];\n      specialArgs = {{ inherit inputs; }};\n    }};\n"
        )
    };
    let hosts: String = (0..2_000).map(host).collect();
    let text = format!(
        "{{\n  outputs = {{ self, nixpkgs, ... }}@inputs: {{\n    nixosConfigurations = {{\n{hosts}    }};\n  }};\n}}\n"
    );
    let (_root, tree) = flake(&text, &[]);
    let (.., plan) = register(&tree).unwrap();
    let added: Vec<_> =
        plan.diff().lines().filter(|line| line.starts_with('+')).skip(1).map(str::to_owned).collect();
    assert_eq!(added.first().map(String::as_str), Some("+    agent-vesta = nixpkgs.lib.nixosSystem {"));
    assert_eq!(added.len(), 5);
}

fn write(root: &Path, path: &TreePath, text: &str) {
    let full = path.under(root);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, text).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
