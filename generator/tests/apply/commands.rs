//! The plans of every command that writes.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use age::secrecy::SecretString;
use generator::{
    agent::{
        new::{self, HostKeyMode},
        remove, rotate,
        trust::{self, Request as Trust},
    },
    apply::{Lock, RealDisk, apply, is_pending, recover, sweep},
    handover, operator,
    path::TreePath,
    plan::Plan,
    secrets::{
        access::Access,
        create,
        host_key::HostKey,
        keyring::{Ask, Keyring},
        recipient::Recipient,
        rekey, remove as remove_secret,
        replace::Found,
        reseal::Keys,
    },
    tree::Tree,
};
use tempfile::TempDir;

use crate::{
    disks::{Fault, Faulty, Volatile},
    temporary,
};

/// Every file, by its path.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Nobody answers.
struct Silent;

impl Ask for Silent {
    fn passphrase(&mut self, _name: &str) -> Option<SecretString> {
        None
    }
}

/// This repository's tree, with an agent that was born with its host key.
fn tree() -> TempDir {
    let dir = temporary();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let parts = ["agent-tool.toml", "flake.nix", "secrets.nix", "secrets", "docs/agentvms.md"];
    for part in parts.into_iter().chain(["hosts", "home-manager", "modules"]) {
        copy(&repository.join(part), &dir.path().join(part));
    }
    let plan = born("mira", dir.path());
    land(dir.path(), &plan);
    dir
}

fn born(name: &str, root: &Path) -> Plan {
    let request = new::Request {
        name: name.parse().unwrap(),
        full_name: None,
        description: None,
        email: None,
        ssh_port: None,
        spice_port: None,
        memory_gib: None,
        vcpus: None,
        host_key: Some(HostKeyMode::Generate),
        like: None,
        tailnet_key: None,
        password: None,
    };
    match new::plan(&Tree::open(root).unwrap(), &request).unwrap() {
        new::Outcome::Planned(birth) => birth.plan,
        new::Outcome::AlreadyThere => panic!("{name} is there"),
    }
}

fn land(root: &Path, plan: &Plan) {
    let lock = Lock::acquire(root, false).unwrap();
    apply(&lock, root, plan, &mut RealDisk).unwrap();
    sweep(&lock, root, &mut RealDisk).unwrap();
}

/// The keys at hand: the example operator's, and `others`.
fn keyring(others: &[&HostKey]) -> Keyring {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/keys/example_operator");
    let mut keyring = Keyring::default();
    keyring.add("example", &fs::read(example).unwrap()).unwrap();
    for (index, key) in others.iter().enumerate() {
        keyring.add(&format!("key {index}"), key.private.as_bytes()).unwrap();
    }
    keyring
}

/// Makes every operation of a plan go wrong, in every way. `key` is one more at hand.
#[track_caller]
fn check(command: &str, key: &HostKey, plan: impl FnOnce(&Tree, &mut Keys<'_>) -> Plan) {
    check_from(&tree(), command, key, plan);
}

fn check_from(dir: &TempDir, command: &str, key: &HostKey, plan: impl FnOnce(&Tree, &mut Keys<'_>) -> Plan) {
    let root = dir.path();
    let plan = {
        let mut ring = keyring(&[key]);
        let mut keys =
            Keys { keyring: &mut ring, ask: &mut Silent, force: false, keep_going: false, progress: &() };
        plan(&Tree::open(root).unwrap(), &mut keys)
    };
    assert!(!plan.is_empty(), "{command}");
    let before = files(root);
    expect_openable(root, key);
    let copy_of_it = || {
        let dir = temporary();
        for (path, contents) in &before {
            put(&dir.path().join(path), contents);
        }
        dir
    };
    let done = copy_of_it();
    let mut counting = Faulty::new(Fault::None);
    run(done.path(), &plan, &mut counting).unwrap();
    let after = files(done.path());
    assert_ne!(before, after, "{command}");
    expect_openable(done.path(), key);
    // The harness swallows what is printed, and a reader wants to know what was tried.
    let line = format!("{command}: {} operations, {} files\n", counting.seen, plan.changes.len());
    std::io::stderr().write_all(line.as_bytes()).unwrap();

    for n in 0..counting.seen {
        for fault in [Fault::Once(n), Fault::Killed(n), Fault::Torn(n)] {
            let dir = copy_of_it();
            let outcome = run(dir.path(), &plan, &mut Faulty::new(fault));
            // As it lies there every file is one or the other: each secret opens also now.
            for (path, contents) in files(dir.path()) {
                let ours = path.starts_with(".agent-tool-transaction")
                    || path.starts_with(".agent-tool-transaction-closed");
                let known = [before.get(&path), after.get(&path)].contains(&Some(&contents));
                assert!(ours || known, "{command}, {fault:?}: {} is neither", path.display());
            }
            settle(dir.path());
            let now = files(dir.path());
            assert!(now == before || now == after, "{command}, {fault:?}: torn");
            assert!(now == after || outcome.is_err(), "{command}, {fault:?}: done, and not there");
        }
    }
    for end in 0..=counting.seen {
        let dir = copy_of_it();
        let mut disk = Volatile::new(dir.path(), Fault::None, end);
        let outcome = run(dir.path(), &plan, &mut disk);
        for forgotten in disk.losses() {
            let found = temporary();
            disk.after_loss(&forgotten, found.path());
            settle(found.path());
            let now = files(found.path());
            assert!(now == before || now == after, "{command}, no power at {end}: torn");
            assert!(now == after || outcome.is_err(), "{command}, no power at {end}: done, and gone");
        }
    }
}

fn run(root: &Path, plan: &Plan, disk: &mut dyn generator::apply::Disk) -> generator::error::Result<()> {
    let lock = Lock::acquire(root, false)?;
    apply(&lock, root, plan, disk)?;
    sweep(&lock, root, disk)
}

/// What the next command does first.
fn settle(root: &Path) {
    let lock = Lock::acquire(root, false).unwrap();
    recover(&lock, root, &mut RealDisk).unwrap();
    sweep(&lock, root, &mut RealDisk).unwrap();
    assert!(!is_pending(root).unwrap());
}

/// Every secret that has a rule is there, and opens by one of the keys at hand.
fn expect_openable(root: &Path, key: &HostKey) {
    let tree = Tree::open(root).unwrap();
    let mut keyring = keyring(&[key]);
    for (path, _) in Access::read(&tree).unwrap().rules() {
        let sealed = tree.bytes(path).unwrap().unwrap();
        keyring.open(path.as_str(), &sealed, &mut Silent).unwrap();
    }
}

fn files(root: &Path) -> Files {
    let entries = walkdir::WalkDir::new(root).min_depth(1).into_iter().map(Result::unwrap);
    let files = entries.map(|entry| {
        let contents = if entry.file_type().is_dir() { Vec::new() } else { fs::read(entry.path()).unwrap() };
        let below = entry.path().strip_prefix(root).unwrap();
        // A folder by a name that no file has: an empty one counts.
        let name = if entry.file_type().is_dir() { below.join("") } else { below.to_owned() };
        (name, contents)
    });
    files.collect()
}

fn put(path: &Path, contents: &[u8]) {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        fs::create_dir_all(path).unwrap();
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        put(to, &fs::read(from).unwrap());
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn key() -> HostKey {
    HostKey::generate("somebody").unwrap()
}

fn mail(name: &str) -> TreePath {
    TreePath::new(format!("secrets/stalwart-mail-{name}-password.age")).unwrap()
}

fn people(key: &HostKey) -> Vec<Recipient> {
    vec![key.public.clone()]
}

#[test]
fn new_agent() {
    check("new-agent", &key(), |tree, _| born("vesta", tree.root()));
}

#[test]
fn remove_agent() {
    check("remove-agent", &key(), |tree, _| match remove::plan(tree, &"mira".parse().unwrap()).unwrap() {
        remove::Outcome::Planned(end) => end.plan,
        remove::Outcome::NotThere => panic!("mira is not there"),
    });
}

#[test]
fn init() {
    let key = key();
    check("init", &key, |tree, keys| handover::plan(tree, &people(&key), keys).unwrap().unwrap().plan);
}

#[test]
fn trust_and_untrust() {
    let (key, machine) = (key(), HostKey::generate("agent-luce").unwrap());
    let name = || "luce".parse().unwrap();
    let request = Trust { name: name(), key: machine.public.clone(), replace: false };
    check("trust", &key, |tree, keys| trust::trust(tree, &request, Some(keys)).unwrap().unwrap().plan);
    let dir = tree();
    {
        let mut ring = keyring(&[]);
        let mut keys =
            Keys { keyring: &mut ring, ask: &mut Silent, force: false, keep_going: false, progress: &() };
        let tree = Tree::open(dir.path()).unwrap();
        land(dir.path(), &trust::trust(&tree, &request, Some(&mut keys)).unwrap().unwrap().plan);
    }
    check_from(&dir, "untrust", &key, |tree, keys| {
        trust::untrust(tree, &name(), None, Some(keys)).unwrap().unwrap().plan
    });
}

#[test]
fn secret_new() {
    check("secret new", &key(), |tree, keys| {
        let path = create::path(tree, "wifi").unwrap();
        let request = create::Request { path, value: b"secret", readers: &["mira".parse().unwrap()] };
        create::plan(tree, &request, keys.keyring).unwrap().plan
    });
}

#[test]
fn secret_edit() {
    check("secret edit", &key(), |tree, keys| {
        let found = Found::find(tree, mail("mira").as_str()).unwrap();
        found.replace(b"another", keys.keyring, false).unwrap()
    });
}

#[test]
fn secret_remove() {
    let dir = tree();
    let plan = {
        let tree = Tree::open(dir.path()).unwrap();
        let path = create::path(&tree, "wifi").unwrap();
        create::plan(&tree, &create::Request { path, value: b"secret", readers: &[] }, &keyring(&[]))
            .unwrap()
            .plan
    };
    land(dir.path(), &plan);
    check_from(&dir, "secret remove", &key(), |tree, _| remove_secret::plan(tree, "wifi").unwrap().plan);
}

#[test]
fn rekey() {
    check("rekey", &key(), |tree, keys| {
        let all = rekey::Request { secrets: Vec::new(), all: true };
        rekey::plan(tree, &all, keys).unwrap().plan
    });
}

#[test]
fn operator_add() {
    let key = key();
    check("operator add", &key, |tree, keys| {
        operator::add(tree, "alex", &people(&key), keys).unwrap().unwrap().plan
    });
}

#[test]
fn operator_remove() {
    let (key, dir) = (key(), tree());
    {
        let mut ring = keyring(&[&key]);
        let mut keys =
            Keys { keyring: &mut ring, ask: &mut Silent, force: false, keep_going: false, progress: &() };
        let tree = Tree::open(dir.path()).unwrap();
        land(dir.path(), &operator::add(&tree, "alex", &people(&key), &mut keys).unwrap().unwrap().plan);
    }
    check_from(&dir, "operator remove", &key, |tree, keys| {
        operator::remove(tree, "ncrmro", keys).unwrap().unwrap().plan
    });
}

#[test]
fn rotate() {
    check("rotate", &key(), |tree, keys| {
        let request = rotate::Request::Agent("mira".parse().unwrap());
        rotate::plan(tree, &request, None, keys).unwrap().plan
    });
}
