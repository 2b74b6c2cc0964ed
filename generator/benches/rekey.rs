//! A rekey beside its floor: raw age calls that open, seal, open again, write and sync the same files, on as many
//! threads.
//!
//! ```text
//! cargo bench --bench rekey
//! ```
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::{
    fmt::Write as _,
    fs,
    io::{Read, Write},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use age::secrecy::SecretString;
use divan::Bencher;
use generator::{
    apply::{self, Lock, RealDisk},
    nix::eval::Disk,
    secrets::{
        access::Access,
        host_key::HostKey,
        keyring::{Ask, Keyring},
        manifest,
        recipient::Recipient,
        rekey::{self, Request},
        reseal::Keys,
        rules::evaluate,
        seal::seal,
    },
    tree::Tree,
};
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// Nobody answers.
struct Silent;

impl Ask for Silent {
    fn passphrase(&mut self, _name: &str) -> Option<SecretString> {
        None
    }
}

/// A tree of so many secrets, each sealed to five SSH keys.
struct Garden {
    dir: TempDir,
    keys: Vec<HostKey>,
    count: usize,
}

impl Garden {
    fn new(count: usize) -> Self {
        let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let keys: Vec<_> = (0..5).map(|_| HostKey::generate("x").unwrap()).collect();
        let public: Vec<Recipient> = keys.iter().map(|key| key.public.clone()).collect();
        fs::write(dir.path().join("agent-tool.toml"), include_str!("../../agent-tool.toml")).unwrap();
        fs::create_dir(dir.path().join("secrets")).unwrap();
        let mut rules = "let\n  users = {\n".to_owned();
        for (index, key) in public.iter().enumerate() {
            writeln!(rules, "    u{index} = \"{}\";", key.as_str()).unwrap();
        }
        rules += "  };\n  adminKeys = [ users.u0 users.u1 users.u2 users.u3 ];\nin\n{\n";
        let mut sealed = Vec::new();
        for index in 0..count {
            let path = generator::path::TreePath::new(format!("secrets/{index:05}.age")).unwrap();
            writeln!(rules, "  \"{path}\".publicKeys = adminKeys ++ [ users.u4 ];").unwrap();
            let contents = seal("x", b"0123456789abcdef0123456789abcdef", &public, false).unwrap();
            fs::write(path.under(dir.path()), &contents).unwrap();
            sealed.push((path, contents));
        }
        fs::write(dir.path().join("secrets.nix"), rules + "}\n").unwrap();
        let entries: Vec<manifest::Entry<'_>> =
            sealed.iter().map(|(path, contents)| (path, contents.as_slice(), &*public)).collect();
        fs::write(dir.path().join("secrets/.recipients"), manifest::with_all("", &entries)).unwrap();
        Self { dir, keys, count }
    }

    fn tree(&self) -> Tree {
        Tree::open(self.dir.path()).unwrap()
    }

    /// What the command does: plans, and writes the plan where `write` says so.
    fn rekey(&self, all: bool, write: bool) -> usize {
        let mut keyring = Keyring::default();
        keyring.add("key", self.keys.first().unwrap().private.as_bytes()).unwrap();
        let mut keys =
            Keys { keyring: &mut keyring, ask: &mut Silent, force: false, keep_going: false, progress: &() };
        let request = Request { secrets: Vec::new(), all };
        let rekey = rekey::plan(&self.tree(), &request, &mut keys).unwrap();
        if write {
            let lock = Lock::acquire(self.dir.path(), false).unwrap();
            apply::apply(&lock, self.dir.path(), &rekey.plan, &mut RealDisk).unwrap();
            apply::sweep(&lock, self.dir.path(), &mut RealDisk).unwrap();
        }
        rekey.sealed.len()
    }

    /// The same files by raw calls of age, and no safety; `write` them, or only seal them.
    fn floor(&self, write: bool) {
        let key = self.keys.first().unwrap();
        let identity = age::ssh::Identity::from_buffer(key.private.as_bytes(), None).unwrap();
        let public: Vec<age::ssh::Recipient> =
            self.keys.iter().map(|key| key.public.as_str().parse().unwrap()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= self.count {
                    return;
                }
                let path = self.dir.path().join(format!("secrets/{index:05}.age"));
                let plaintext = open(&fs::read(&path).unwrap(), &identity);
                let keys = public.iter().map(|key| key as &dyn age::Recipient);
                let mut sealed = Vec::new();
                let mut writer =
                    age::Encryptor::with_recipients(keys).unwrap().wrap_output(&mut sealed).unwrap();
                writer.write_all(&plaintext).unwrap();
                writer.finish().unwrap();
                assert_eq!(open(&sealed, &identity), plaintext);
                if write {
                    replace(&path, &sealed);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().unwrap().get() {
                scope.spawn(work);
            }
        });
    }
}

fn open(sealed: &[u8], identity: &age::ssh::Identity) -> Vec<u8> {
    let mut plaintext = Vec::new();
    let decryptor = age::Decryptor::new_buffered(sealed).unwrap();
    decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .unwrap()
        .read_to_end(&mut plaintext)
        .unwrap();
    plaintext
}

fn replace(path: &Path, contents: &[u8]) {
    let new = path.with_extension("new");
    let mut file = fs::File::create(&new).unwrap();
    file.write_all(contents).unwrap();
    file.sync_all().unwrap();
    fs::rename(&new, path).unwrap();
}

const COUNTS: [usize; 3] = [10, 500, 5000];

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1)]
fn full_floor(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    bencher.bench_local(|| garden.floor(true));
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1)]
fn full(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    bencher.bench_local(|| assert_eq!(garden.rekey(true, true), count));
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1)]
fn sealing_floor(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    bencher.bench_local(|| garden.floor(false));
}

#[divan::bench(args = COUNTS, sample_count = 5, sample_size = 1)]
fn sealing(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    bencher.bench_local(|| assert_eq!(garden.rekey(true, false), count));
}

#[divan::bench(args = COUNTS, sample_count = 10)]
fn nothing_to_do(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    bencher.bench_local(|| assert_eq!(garden.rekey(false, false), 0));
}

#[divan::bench(args = COUNTS, sample_count = 10)]
fn rules(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    let tree = garden.tree();
    bencher.bench_local(|| assert_eq!(Access::read(&tree).unwrap().rules().count(), count));
}

#[divan::bench(args = COUNTS, sample_count = 10)]
fn evaluation(bencher: Bencher<'_, '_>, count: usize) {
    let garden = Garden::new(count);
    let tree = garden.tree();
    let (path, disk) = (tree.root().join("secrets.nix"), Disk::new(tree.root()).unwrap());
    bencher.bench_local(|| assert_eq!(evaluate(&path, &disk).unwrap().len(), count));
}
