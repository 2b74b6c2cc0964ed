//! A tree of its own for each test, and the one way to run a command in it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Every file below a folder, git's own excepted: its permission bits and its bytes, or where it leads if it is a link.
pub(crate) type Snapshot = BTreeMap<String, (u32, Vec<u8>)>;

/// A copy of this repository's Nix tree, or of a case's.
pub(crate) struct Fixture {
    dir: TempDir,
    path: Option<PathBuf>,
    env: Vec<(String, PathBuf)>,
    program: PathBuf,
    user: Option<u32>,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Fixture {
    /// This repository's tree, committed to a git repository.
    pub(crate) fn new() -> Self {
        let fixture = Self::without_git();
        fixture.git(&["init", "--quiet"]);
        fixture.commit();
        fixture
    }

    /// This repository's tree, without git.
    pub(crate) fn without_git() -> Self {
        let fixture = Self::empty();
        let tree = [
            ".gitattributes",
            "agent-tool.toml",
            "flake.nix",
            "flake.lock",
            "secrets.nix",
            "secrets",
            "docs/agentvms.md",
        ];
        for part in tree.into_iter().chain(["hosts", "home-manager", "modules"]) {
            copy(&repository().join(part), &fixture.root().join(part));
        }
        fixture
    }

    /// This whole repository, committed to another: as git knows it, or, where a package is made of it and git
    /// knows nothing of it, all but what was compiled.
    pub(crate) fn whole() -> Self {
        let fixture = Self::empty();
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let output = Command::new("git").args(list).current_dir(repository()).output().unwrap();
        let files = if output.status.success() {
            String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(PathBuf::from).collect()
        } else {
            let entries =
                fs::read_dir(repository()).unwrap().map(|entry| PathBuf::from(entry.unwrap().file_name()));
            entries.filter(|name| name != Path::new("target")).collect::<Vec<_>>()
        };
        // A file that was deleted is listed until that is committed.
        for path in files.iter().filter(|path| repository().join(path).exists()) {
            copy(&repository().join(path), &fixture.root().join(path));
        }
        fixture.git(&["init", "--quiet"]);
        fixture.commit();
        fixture
    }

    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        let program = env!("CARGO_BIN_EXE_agent-tool").into();
        Self { dir: TempDir::new().unwrap(), path: None, env: Vec::new(), program, user: None }
    }

    /// A copy of another tree.
    pub(crate) fn of(tree: &Path) -> Self {
        let fixture = Self::empty();
        copy(tree, fixture.root());
        fixture
    }

    /// Runs commands with no other programs than those in `path`.
    pub(crate) fn with_path(mut self, path: &Path) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Runs commands with a variable in their environment.
    pub(crate) fn with_env(mut self, name: &str, value: impl Into<PathBuf>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Runs commands with the example operator's private key at hand.
    pub(crate) fn with_operator(self) -> Self {
        self.with_env("AGENT_TOOL_IDENTITY", repository().join("tests/keys/example_operator"))
    }

    /// Runs commands as a user, from a copy of the program that this user may run.
    pub(crate) fn with_user(mut self, user: u32, program: PathBuf) -> Self {
        (self.user, self.program) = (Some(user), program);
        self
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Where commands find programs; nothing where that is as it is for the tests.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let full = self.root().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    /// Replaces `from`, which must be there, by `to` in a file.
    #[track_caller]
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Runs a command, its words separated by spaces, at the root.
    pub(crate) fn run(&self, words: &str) -> Outcome {
        self.run_with(&words.split_whitespace().collect::<Vec<_>>(), self.root(), "")
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> Outcome {
        let outcome = self.run(words);
        assert_eq!(outcome.code, 0, "{words}: {}", outcome.stderr);
        outcome
    }

    /// Runs a command that must fail with `code`, say `expected`, and leave everything as it is.
    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str], code: i32, expected: &str) {
        let before = (self.snapshot(), self.status());
        let outcome = self.run_with(words, self.root(), "");
        assert_eq!(outcome.code, code, "{words:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(expected), "{words:?} says\n{}", outcome.stderr);
        assert_eq!((self.snapshot(), self.status()), before, "{words:?} changed the tree");
    }

    /// Runs a command in any folder, with something on standard input.
    pub(crate) fn run_with(&self, words: &[&str], folder: &Path, stdin: &str) -> Outcome {
        let mut child = self.command(words, folder).spawn().unwrap();
        // A command that doesn't read its standard input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// A command that is ready to run, everything piped.
    pub(crate) fn command(&self, words: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command.args(words).current_dir(folder).env("HOME", self.root()).env("NO_COLOR", "1");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for name in ["AGENT_TOOL_IDENTITY", "VISUAL", "EDITOR", "XDG_RUNTIME_DIR"] {
            command.env_remove(name);
        }
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs git here, and gives what it prints.
    pub(crate) fn git(&self, words: &[&str]) -> String {
        let person =
            ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];
        let output = Command::new("git")
            .args(person)
            .args(words)
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits everything.
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "Everything"]);
    }

    /// `git status`; empty where there is no git.
    pub(crate) fn status(&self) -> String {
        if self.root().join(".git").is_dir() {
            self.git(&["status", "--porcelain", "--untracked-files=all"])
        } else {
            String::new()
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        snapshot(self.root())
    }

    /// Every Nix file of the tree.
    pub(crate) fn nix_files(&self) -> Vec<String> {
        let files = self.snapshot().into_keys();
        files.filter(|path| Path::new(path).extension().is_some_and(|it| it == "nix")).collect()
    }
}

/// An SSH key that is locked by a passphrase, and its public half.
pub(crate) fn locked_key() -> (String, String) {
    use ssh_key::{Algorithm, LineEnding, PrivateKey, rand_core::OsRng};
    let key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).unwrap();
    let locked = key.encrypt(&mut OsRng, "correct horse").unwrap();
    (locked.to_openssh(LineEnding::LF).unwrap().to_string(), key.public_key().to_openssh().unwrap())
}

/// The repository that this test is of.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(crate) fn snapshot(root: &Path) -> Snapshot {
    let mut snapshot = Snapshot::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                if path != root.join(".git") {
                    // An empty folder counts: nothing of ours may stay.
                    snapshot.insert(format!("{}/", relative(root, &path)), (0, Vec::new()));
                    folders.push(path);
                }
                continue;
            }
            let metadata = fs::symlink_metadata(&path).unwrap();
            let bytes = if metadata.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if metadata.is_file() {
                fs::read(&path).unwrap()
            } else {
                // A pipe would be waited for.
                Vec::new()
            };
            snapshot.insert(relative(root, &path), (metadata.permissions().mode() & 0o777, bytes));
        }
    }
    snapshot
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    if !from.is_dir() {
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// The command that makes a flake a tree of agents, with these options beside the example operator's key.
pub(crate) fn adoption(options: &str) -> String {
    let key = repository().join("tests/keys/example_operator.pub");
    format!("init --admin-key {} {options}", key.display()).trim_end().to_owned()
}
