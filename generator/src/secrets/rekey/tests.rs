//! Rekeying a small tree: what is sealed anew, what stops it, and that no secret is ever lost.

use std::{fs, io};

use age::secrecy::SecretString;
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::*;
use crate::{
    apply::{self, Disk, Lock, Operation, RealDisk},
    secrets::{
        host_key::{self, HostKey},
        keyring::{Ask, Keyring},
        seal::{open, seal},
    },
};

/// A tree of ten secrets, sealed to one operator, and whoever else its rules name.
struct Garden {
    dir: TempDir,
    operator: HostKey,
    asked: usize,
}

impl Ask for Garden {
    fn passphrase(&mut self, _name: &str) -> Option<SecretString> {
        self.asked += 1;
        Some("correct horse".to_owned().into())
    }
}

fn name(index: usize) -> String {
    format!("secrets/{index}.age")
}

impl Garden {
    fn new() -> Self {
        let garden =
            Self { dir: TempDir::new().unwrap(), operator: HostKey::generate("operator").unwrap(), asked: 0 };
        fs::create_dir(garden.dir.path().join("secrets")).unwrap();
        fs::write(garden.dir.path().join("agent-tool.toml"), include_str!("../../../../agent-tool.toml"))
            .unwrap();
        garden.rules(&[]);
        for index in 0..10 {
            garden.put(index, &garden.public());
        }
        garden.rekey(&Request::default(), |_| {}).unwrap();
        garden
    }

    fn public(&self) -> [crate::secrets::recipient::Recipient; 1] {
        [self.operator.public.clone()]
    }

    /// Seals a secret as another tool would.
    fn put(&self, index: usize, recipients: &[crate::secrets::recipient::Recipient]) {
        let sealed = seal("x", format!("value {index}").as_bytes(), recipients, index % 2 == 1).unwrap();
        fs::write(self.dir.path().join(name(index)), sealed).unwrap();
    }

    /// Writes rules by which the operator and `others` read every secret.
    fn rules(&self, others: &[&str]) {
        self.rules_of(&[&[self.operator.public.as_str()], others].concat());
    }

    fn rules_of(&self, keys: &[&str]) {
        let keys = keys.iter().fold(String::new(), |keys, key| keys + "\"" + key.trim() + "\" ");
        let rule = |index| format!("\"{}\".publicKeys = [ {keys}];\n", name(index));
        let rules = (0..10).map(rule).collect::<Vec<_>>().concat();
        fs::write(self.dir.path().join("secrets.nix"), format!("{{\n{rules}}}\n")).unwrap();
    }

    fn tree(&self) -> Tree {
        Tree::open(self.dir.path()).unwrap()
    }

    fn keyring(&self) -> Keyring {
        let mut keyring = Keyring::default();
        keyring.add("operator", self.operator.private.as_bytes()).unwrap();
        keyring
    }

    fn plan(&self, request: &Request, change: impl Fn(&mut Keys<'_>)) -> Result<Rekey> {
        let (mut keyring, mut ask) = (self.keyring(), Nobody);
        let mut keys = keys(&mut keyring, &mut ask);
        change(&mut keys);
        plan(&self.tree(), request, &mut keys)
    }

    /// Plans and applies.
    fn rekey(&self, request: &Request, change: impl Fn(&mut Keys<'_>)) -> Result<Rekey> {
        let rekey = self.plan(request, change)?;
        let lock = Lock::acquire(self.dir.path(), false)?;
        apply::apply(&lock, self.dir.path(), &rekey.plan, &mut RealDisk)?;
        Ok(rekey)
    }

    #[track_caller]
    fn check_openable(&self) {
        for index in 0..10 {
            let sealed = fs::read(self.dir.path().join(name(index))).unwrap();
            let value = open(&name(index), &sealed, &[&self.operator.identity().unwrap()]).unwrap();
            assert_eq!(String::from_utf8_lossy(&value), format!("value {index}"));
            assert_eq!(seal::is_armored(&sealed), index % 2 == 1, "text stays text");
        }
    }
}

/// What is done to the third secret.
type Spoil<'a> = &'a dyn Fn(&Garden);

/// Nobody answers.
struct Silent;

impl Ask for Silent {
    fn passphrase(&mut self, _name: &str) -> Option<SecretString> {
        None
    }
}

/// Nobody is ever asked.
struct Nobody;

impl Ask for Nobody {
    fn passphrase(&mut self, name: &str) -> Option<SecretString> {
        panic!("{name} was asked for")
    }
}

fn keys<'a>(keyring: &'a mut Keyring, ask: &'a mut dyn Ask) -> Keys<'a> {
    Keys { keyring, ask, force: false, keep_going: false, progress: &() }
}

fn sealed(rekey: &Rekey) -> Vec<(String, Reason)> {
    rekey.sealed.iter().map(|(path, reason)| (path.to_string(), *reason)).collect()
}

#[test]
fn what_is_in_order_is_left_alone() {
    let garden = Garden::new();
    garden.check_openable();
    let rekey = garden.plan(&Request::default(), |_| {}).unwrap();
    assert!(rekey.plan.is_empty());
    assert_eq!((rekey.sealed.len(), rekey.in_order), (0, 10));
}

#[test]
fn what_needs_it_is_sealed_and_nothing_else() {
    let garden = Garden::new();
    garden.put(3, &garden.public());
    let other = HostKey::generate("other").unwrap();
    garden.put(4, &[garden.public(), [other.public]].concat());
    let rekey = garden.rekey(&Request::default(), |_| {}).unwrap();
    assert_eq!(sealed(&rekey), [(name(3), Reason::Unrecorded), (name(4), Reason::Recipients)]);
    let changed: Vec<_> = rekey.plan.changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(changed, ["secrets/.recipients", &name(3), &name(4)]);
    assert!(garden.plan(&Request::default(), |_| {}).unwrap().plan.is_empty());
    garden.check_openable();

    let one = Request { secrets: vec!["7".into()], all: true };
    assert_eq!(sealed(&garden.rekey(&one, |_| {}).unwrap()), [(name(7), Reason::Asked)]);
    let all = Request { secrets: Vec::new(), all: true };
    assert_eq!(garden.rekey(&all, |_| {}).unwrap().sealed.len(), 10);
    garden.check_openable();
}

#[test]
fn one_that_can_not_be_sealed_stops_all_of_them() {
    let other = HostKey::generate("other").unwrap();
    let stanza = "it is sealed to ssh-ed25519 ";
    let cut = |garden: &Garden, length: usize| {
        let path = garden.dir.path().join(name(2));
        let sealed = fs::read(&path).unwrap();
        fs::write(&path, &sealed[..sealed.len() - length]).unwrap();
    };
    let cases: [(Spoil<'_>, &str); 6] = [
        (&|garden| garden.put(2, std::slice::from_ref(&other.public)), stanza),
        (&|garden| cut(garden, 5), "it is damaged or cut off"),
        (&|garden| cut(garden, 150), "the header is cut off or damaged"),
        (&|garden| fs::write(garden.dir.path().join(name(2)), "value 2").unwrap(), "is not sealed"),
        (&|garden| fs::remove_file(garden.dir.path().join(name(2))).unwrap(), "no such file"),
        (
            &|garden| {
                let rules = fs::read_to_string(garden.dir.path().join("secrets.nix")).unwrap();
                let key = format!("[ \"{}\" ", garden.operator.public.as_str());
                let from = format!("\"{}\".publicKeys = {key}", name(2));
                assert!(rules.contains(&from));
                let to = format!("{from}\"ssh-ed25519 AAAA\" ");
                fs::write(garden.dir.path().join("secrets.nix"), rules.replace(&from, &to)).unwrap();
            },
            "secrets.nix:4:115: rule \"secrets/2.age\" of secrets.nix, recipient 2: recipient \"ssh-ed25519 AAAA\"",
        ),
    ];
    for (spoil, expected) in cases {
        let garden = Garden::new();
        // Every other secret needs it, too.
        (0..10).filter(|index| *index != 2).for_each(|index| garden.put(index, &garden.public()));
        spoil(&garden);
        let error = garden.plan(&Request::default(), |_| {}).unwrap_err();
        assert!(error.to_string().starts_with("secrets/2.age: "), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.hint().unwrap().contains("nothing was written"));

        let rekey = garden.rekey(&Request::default(), |keys| keys.keep_going = true).unwrap();
        assert_eq!(rekey.sealed.len(), 9, "{expected}");
        assert_eq!(rekey.failures.len(), 1);
    }
}

#[test]
fn nobody_is_locked_out_unless_forced() {
    let garden = Garden::new();
    let other = HostKey::generate("other").unwrap();
    garden.rules_of(&[other.public.as_str()]);
    let error = garden.plan(&Request::default(), |_| {}).unwrap_err();
    assert!(
        error.to_string().starts_with("no key at hand could open these secrets afterwards:\n  secrets/0.age")
    );
    let kept = garden.plan(&Request::default(), |keys| keys.keep_going = true).unwrap();
    assert!(kept.plan.is_empty());
    assert_eq!(kept.failures.len(), 1);
    let rekey = garden.rekey(&Request::default(), |keys| keys.force = true).unwrap();
    assert_eq!((rekey.sealed.len(), rekey.plan.notes.len()), (10, 10));
    let sealed = fs::read(garden.dir.path().join(name(0))).unwrap();
    assert_eq!(*open("0", &sealed, &[&other.identity().unwrap()]).unwrap(), b"value 0");
}

#[test]
fn a_passphrase_is_asked_for_once_and_only_when_a_file_needs_it() {
    let mut garden = Garden::new();
    let (private, public) = host_key::locked("correct horse").unwrap();
    let locked = || {
        let mut keyring = Keyring::default();
        keyring.add("locked", private.as_bytes()).unwrap();
        keyring
    };
    let mut both = garden.keyring();
    both.add("locked", private.as_bytes()).unwrap();
    garden.rules(&[public.as_str()]);
    let tree = garden.tree();
    // The open key opens all of them.
    let rekey = plan(&tree, &Request::default(), &mut keys(&mut both, &mut Nobody)).unwrap();
    assert_eq!(rekey.sealed.len(), 10);
    let lock = Lock::acquire(garden.dir.path(), false).unwrap();
    apply::apply(&lock, garden.dir.path(), &rekey.plan, &mut RealDisk).unwrap();
    // Nothing to do.
    plan(&tree, &Request::default(), &mut keys(&mut locked(), &mut Nobody)).unwrap();
    // The locked key is the only one.
    let all = Request { secrets: Vec::new(), all: true };
    let rekey = plan(&tree, &all, &mut keys(&mut locked(), &mut garden)).unwrap();
    assert_eq!((rekey.sealed.len(), garden.asked), (10, 1));
    // Nobody answers.
    let error = plan(&tree, &all, &mut keys(&mut locked(), &mut Silent)).unwrap_err().to_string();
    let (first, rest) = error.split_once('\n').unwrap();
    assert_eq!(first, "locked: it is locked by a passphrase, and there is no terminal to ask for it");
    assert!(
        rest.contains("secrets/9.age: no key at hand opens it") && rest.contains("locked (locked)"),
        "{rest}"
    );
}

/// A disk on which one operation and all after it never happen.
struct Killed {
    left: usize,
    torn: bool,
}

impl Disk for Killed {
    fn run(&mut self, operation: &Operation<'_>) -> io::Result<()> {
        if self.left > 0 {
            self.left -= 1;
            return RealDisk.run(operation);
        }
        if let (true, &Operation::Write { path, contents, mode }) = (self.torn, operation) {
            // A disk that lets a file be made, and not filled.
            let _ = RealDisk.run(&Operation::Write { path, contents: &contents[..contents.len() / 2], mode });
        }
        self.torn = false;
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn killed_at_any_instant_every_secret_stays_openable() {
    let garden = Garden::new();
    let some = Request { secrets: (0..3).map(name).collect(), all: true };
    let mut ended = false;
    for torn in [true, false] {
        for left in 0.. {
            let rekey = garden.plan(&some, |_| {}).unwrap();
            let lock = Lock::acquire(garden.dir.path(), false).unwrap();
            let outcome = apply::apply(&lock, garden.dir.path(), &rekey.plan, &mut Killed { left, torn });
            // As it lies there, and as the next command leaves it.
            garden.check_openable();
            apply::recover(&lock, garden.dir.path(), &mut RealDisk).unwrap();
            garden.check_openable();
            let survey = look(&garden.tree(), &Request::default()).unwrap().1;
            assert_eq!((survey.in_order, survey.stale.len()), (10, 0), "killed at {left}");
            if outcome.is_ok() {
                ended = true;
                break;
            }
        }
    }
    assert!(ended);
}
