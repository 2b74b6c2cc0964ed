//! A tree of many agents: this repository's, grown by the tool's own templates.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use generator::{
    agent::facts::Facts,
    guide,
    host_file::Needs,
    name::AgentName,
    path::TreePath,
    secrets::{host_key::HostKey, manifest, recipient::Recipient, seal::seal},
    settings::Settings,
    template,
    vm::{Mac, Vm},
};

/// What is copied of this repository.
const PARTS: [&str; 8] = [
    "agent-tool.toml",
    "flake.nix",
    "secrets.nix",
    "secrets",
    "docs/agentvms.md",
    "hosts",
    "home-manager",
    "modules",
];

/// What an agent is in the flake, as the two of this repository are.
const REGISTRATION: &str = "nixpkgs.lib.nixosSystem {
          system = \"x86_64-linux\";
          modules = [ ./hosts/agent-NAME ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };";

/// The folder of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Makes a tree of `count` agents at `root`: the two of this repository, and others that were born with a host key.
pub(crate) fn grow(root: &Path, count: usize) {
    for part in PARTS {
        copy(&repository().join(part), &root.join(part));
    }
    let settings = Settings::read(root).unwrap();
    let operator: Recipient =
        fs::read_to_string(repository().join("tests/keys/example_operator.pub")).unwrap().parse().unwrap();
    let mut garden = Garden { root, settings, operator, macs: BTreeSet::new(), sealed: Vec::new() };
    let agents: Vec<Agent> = (2..count).map(|index| garden.agent(index)).collect();
    garden.register(&agents);
}

/// Gives the third agent of the tree at `root` another host key.
pub(crate) fn change_a_key(root: &Path) {
    let rules = root.join("secrets.nix");
    let text = fs::read_to_string(&rules).unwrap();
    let start = text.find("agent-a0002 = \"").unwrap() + "agent-a0002 = \"".len();
    let end = start + text[start..].find('"').unwrap();
    let key = HostKey::generate("agent-a0002").unwrap();
    fs::write(rules, format!("{}{}{}", &text[..start], key.public.as_str(), &text[end..])).unwrap();
}

struct Garden<'a> {
    root: &'a Path,
    settings: Settings,
    operator: Recipient,
    macs: BTreeSet<Mac>,
    sealed: Vec<(TreePath, Vec<u8>, Vec<Recipient>)>,
}

struct Agent {
    facts: Facts,
    machine: Recipient,
}

impl Garden<'_> {
    /// Writes the files that are an agent's own.
    fn agent(&mut self, index: usize) -> Agent {
        let name: AgentName = format!("a{index:04}").parse().unwrap();
        let port = |first: usize| i64::try_from(first + index).unwrap().try_into().unwrap();
        let mac = Mac::derive(&name, &self.macs);
        self.macs.insert(mac);
        let facts = Facts {
            full_name: name.capitalised().parse().unwrap(),
            description: format!("Autonomous agent {}", name.capitalised()).parse().unwrap(),
            email: format!("{name}@{}", self.settings.domain.as_str()).parse().unwrap(),
            vm: Vm {
                ssh_port: port(10_000),
                spice_port: port(20_000),
                mac,
                memory_gib: self.settings.vm.memory_gib,
                vcpus: self.settings.vm.vcpus,
            },
            tailnet_key: false,
            host_state_version: "26.05".into(),
            home_state_version: "26.05".into(),
            needs: Needs::default(),
            name,
        };
        for (path, text) in template::files(&self.settings, &facts).unwrap() {
            self.write(&path, text.as_bytes());
        }
        let key = HostKey::generate(&facts.name.host()).unwrap();
        let (paths, operator) = (&self.settings.paths, self.operator.clone());
        let mail = (paths.mail_secret(&facts.name), vec![operator.clone(), key.public.clone()]);
        let host_key = (paths.host_key_secret(&facts.name), vec![operator]);
        for (path, recipients) in [mail, host_key] {
            let sealed = seal("x", b"0123456789abcdef0123456789abcdef", &recipients, false).unwrap();
            self.write(&path, &sealed);
            self.sealed.push((path, sealed, recipients));
        }
        Agent { facts, machine: key.public }
    }

    /// Writes the lines that every agent has in the shared files.
    fn register(&self, agents: &[Agent]) {
        let paths = &self.settings.paths;
        let lines = |line: &dyn Fn(&Agent) -> String| agents.iter().map(line).collect::<String>();
        let hosts = lines(&|agent| {
            let name = &agent.facts.name;
            format!("\n\n        agent-{name} = {}", REGISTRATION.replace("NAME", name.as_str()))
        });
        self.insert(&paths.flake, "\n      };\n    };\n}\n", &hosts, 0);
        let import = "    ../../modules/users/luce.nix\n";
        let imports = lines(&|it| format!("    ../../modules/users/{}.nix\n", it.facts.name));
        self.insert(&paths.base, import, &imports, import.len());
        let home = "    luce = ../../home-manager/luce/agent.nix;\n";
        let homes = lines(&|it| format!("    {0} = ../../home-manager/{0}/agent.nix;\n", it.facts.name));
        self.insert(&paths.base, home, &homes, home.len());
        let systems = "  systems = {\n";
        let keys = lines(&|it| format!("    {} = \"{}\";\n", it.facts.name.host(), it.machine.as_str()));
        self.insert(&paths.rules, systems, &keys, systems.len());
        let rules = lines(&|it| {
            let name = &it.facts.name;
            format!(
                "  \"{}\".publicKeys = adminKeys ++ [ systems.{} ];\n  \"{}\".publicKeys = adminKeys;\n",
                paths.rule(&paths.mail_secret(name)),
                name.host(),
                paths.rule(&paths.host_key_secret(name)),
            )
        });
        let last = "  \"secrets/stalwart-mail-luce-password.age\".publicKeys = adminKeys;\n";
        self.insert(&paths.rules, last, &rules, last.len());
        let row = "| luce | 2224 | 5901 |\n";
        let rows = lines(&|it| guide::row(&it.facts.name, &it.facts.vm) + "\n");
        self.insert(&paths.guide, row, &rows, row.len());
        let entries: Vec<manifest::Entry<'_>> =
            self.sealed.iter().map(|(path, sealed, to)| (path, sealed.as_slice(), to.as_slice())).collect();
        let manifest = fs::read_to_string(paths.manifest().under(self.root)).unwrap();
        self.write(&paths.manifest(), manifest::with_all(&manifest, &entries).as_bytes());
    }

    /// Inserts `lines` into a file, so many bytes after the start of `place`, which is there once.
    fn insert(&self, path: &TreePath, place: &str, lines: &str, skip: usize) {
        let mut text = fs::read_to_string(path.under(self.root)).unwrap();
        let places: Vec<_> = text.match_indices(place).map(|(offset, _)| offset).collect();
        let [offset] = places.as_slice() else { panic!("{path} has {place:?} {} times", places.len()) };
        text.insert_str(offset + skip, lines);
        self.write(path, text.as_bytes());
    }

    fn write(&self, path: &TreePath, contents: &[u8]) {
        let full = path.under(self.root);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, contents).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
