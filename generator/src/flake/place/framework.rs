//! Frameworks that make a host of each folder in one of theirs.

use rnix::ast::Expr;
use rowan::ast::AstNode;

use crate::{
    host_file::HostFile,
    nix::follow::{Bound, Follower, Term, Value},
    path::TreePath,
};

/// What a framework makes hosts of.
#[derive(Debug, Clone)]
pub(crate) struct Framework {
    /// The folder that it looks for hosts in.
    pub(crate) folder: String,
    /// What a host's own file must be called there, where that isn't `default.nix`.
    pub(crate) file: &'static str,
    /// Whether a file beside those folders is a host, too.
    pub(crate) takes_files: bool,
    /// Whether it passes `inputs` to the modules of a host.
    pub(crate) passes_inputs: bool,
    /// The folder whose modules it gives every host.
    pub(crate) modules: Option<TreePath>,
    /// What else it is told to give every host.
    pub(crate) given: Vec<Bound>,
    /// The folders of what it gives every host's people for their homes.
    pub(crate) homes: Vec<TreePath>,
    /// The function of the flake's own that hosts are made by, where the framework reads options of its own of each.
    pub(crate) maker: Option<&'static str>,
}

impl Framework {
    fn of_folder(folder: String) -> Self {
        Self {
            folder,
            file: "default.nix",
            takes_files: false,
            passes_inputs: true,
            modules: None,
            given: Vec::new(),
            homes: Vec::new(),
            maker: None,
        }
    }

    /// Whether a host whose own file is `host_file` is one there.
    pub(crate) fn takes(&self, host_file: &HostFile) -> bool {
        match host_file {
            HostFile::Inside(file) => file.as_str() == self.file,
            HostFile::Beside => self.takes_files,
        }
    }
}

/// The words of the modules that say what a framework of flake-parts is to do.
pub(super) const WORDS: [&str; 6] =
    ["autoWire", "ezConfigs", "easy-hosts", "easyHosts", "config-parts", "clan"];

/// The folders that nixos-unified reads modules of flake-parts from: the first that is there.
const MODULES: [&str; 4] =
    ["nix/modules/flake", "modules/flake", "nix/modules/flake-parts", "modules/flake-parts"];

/// The framework that a call in the outputs is one of, and the folders of modules of flake-parts that it reads.
pub(super) fn called(follower: &Follower<'_>, term: &Term) -> Option<(Framework, Vec<String>)> {
    let call = follower.call(&Value::Term(term.clone()))?;
    let arguments = call.arguments.first()?;
    match call.name.as_str() {
        // https://github.com/numtide/blueprint: what is `default.nix` there is no module.
        "blueprint" => {
            let prefix = follower.lookup(arguments, &["prefix"]);
            let folder = match prefix.values.first() {
                Some(prefix) => format!("{}/hosts", follower.place(prefix)?),
                None => "hosts".to_owned(),
            };
            let framework = Framework { file: "configuration.nix", ..Framework::of_folder(folder) };
            Some((framework, Vec::new()))
        }
        "mkFlake" if is_of_nixos_unified(term) => {
            let root = follower.place(&follower.select(arguments, &["root"])?)?;
            let is_there = |folder: &String| TreePath::new(folder).is_ok_and(|path| follower.is_there(&path));
            let first = MODULES.into_iter().map(|folder| join(&root, folder)).find(is_there);
            Some((nixos_unified(), first.into_iter().collect()))
        }
        "mkFlake" if is_called_by(term, "digga") => {
            let folder = follower.place(&imported_hosts(follower, arguments)?)?;
            Some((Framework { takes_files: true, ..Framework::of_folder(folder) }, Vec::new()))
        }
        "mkFlake" => {
            let root = snowfall(follower, term, arguments)?;
            let modules = TreePath::new(join(&root, "modules/nixos")).ok();
            let framework = Framework::of_folder(join(&root, "systems/x86_64-linux"));
            let given = vec![follower.lookup(arguments, &["systems", "modules", "nixos"])];
            let homes = homes(follower, &root);
            Some((Framework { modules, given, homes, ..framework }, Vec::new()))
        }
        _ => None,
    }
}

/// Whether the function of a call is one of the input called `name`.
fn is_called_by(call: &Term, name: &str) -> bool {
    let Expr::Apply(call) = &call.expr else { return false };
    call.lambda().is_some_and(|function| function.syntax().text().to_string().split('.').any(|it| it == name))
}

/// The folder of which digga makes hosts: <https://github.com/divnix/digga>, where `importHosts` is told it.
fn imported_hosts(follower: &Follower<'_>, arguments: &Value) -> Option<Value> {
    let imports = follower.reduce(&follower.select(arguments, &["nixos", "imports"])?);
    let term = imports.term()?;
    let Expr::List(list) = &term.expr else { return None };
    list.items().find_map(|item| {
        let call = follower.call(&Value::Term(term.with(item))).filter(|call| call.name == "importHosts")?;
        call.arguments.into_iter().next()
    })
}

/// The framework that `module`, one of flake-parts, is or speaks to.
pub(super) fn in_module(follower: &Follower<'_>, module: &Term) -> Option<Framework> {
    if matches!(module.expr, Expr::Select(_)) {
        let is_wired = module.expr.syntax().text().to_string().ends_with(".autoWire");
        return (is_wired && is_of_nixos_unified(module)).then(nixos_unified);
    }
    let module = Value::Term(module.clone());
    ez_configs(follower, &module)
        .or_else(|| easy_hosts(follower, &module))
        .or_else(|| clan(follower, &module))
}

fn is_of_nixos_unified(term: &Term) -> bool {
    let text = term.expr.syntax().text().to_string();
    text.contains("nixos-unified") || text.contains("nixos-flake")
}

/// <https://nixos-unified.org/guide/autowiring.html>: modules are passed `flake`, which has the inputs. What activates a host
/// reads `config.nixos-unified` of all.
fn nixos_unified() -> Framework {
    let maker = Some("nixos-unified.lib.mkLinuxSystem { home-manager = true; }");
    Framework { passes_inputs: false, maker, ..Framework::of_folder("configurations/nixos".to_owned()) }
}

/// <https://github.com/ehllie/ez-configs>
fn ez_configs(follower: &Follower<'_>, module: &Value) -> Option<Framework> {
    let option = |path: &[&str]| follower.select(module, &[&["ezConfigs"], path].concat());
    let folder = match option(&["nixos", "configurationsDirectory"]) {
        Some(folder) => follower.place(&folder)?,
        None => join(&follower.place(&option(&["root"])?)?, "nixos-configurations"),
    };
    let given = [&["nixos", "specialArgs", "inputs"][..], &["globalArgs", "inputs"]];
    let passes_inputs = given.into_iter().any(|path| option(path).is_some());
    Some(Framework { takes_files: true, passes_inputs, ..Framework::of_folder(folder) })
}

/// <https://github.com/tgirlcloud/easy-hosts>, where it finds hosts itself.
fn easy_hosts(follower: &Follower<'_>, module: &Value) -> Option<Framework> {
    ["easy-hosts", "easyHosts"].into_iter().find_map(|name| {
        let option = |option: &str| follower.select(module, &[name, option]);
        follower.truth(&option("autoConstruct")?)?.then_some(())?;
        let path = follower.place(&option("path")?)?;
        let folder = match option("onlySystem") {
            Some(system) => (follower.text(&system)? == "x86_64-nixos").then_some(path)?,
            None => join(&path, "x86_64-nixos"),
        };
        let of_class = option("perClass").map(|it| Value::applied(it, Value::Text("nixos".into())));
        let of_class = of_class.map(|it| follower.lookup(&it, &["modules"]));
        let shared = follower.lookup(module, &[name, "shared", "modules"]);
        let given = of_class.into_iter().chain([shared]).collect();
        Some(Framework { given, ..Framework::of_folder(folder) })
    })
}

/// <https://docs.clan.lol>: a folder in `machines` is a machine, of its `configuration.nix` (modules/clan/module.nix there).
/// Each clan says its `meta`.
fn clan(follower: &Follower<'_>, module: &Value) -> Option<Framework> {
    let said = [&["flake", "clan"][..], &["clan"]].into_iter().find_map(|path| follower.select(module, path));
    let said = follower.body(&said?);
    let option = |path: &[&str]| follower.select(&said, path);
    follower.lookup(&said, &["meta"]).is_bound().then_some(())?;
    let root = option(&["directory"]).map_or_else(|| Some(String::new()), |root| follower.place(&root))?;
    let passes_inputs = option(&["specialArgs", "inputs"]).is_some();
    let folder = join(&root, "machines");
    Some(Framework { file: "configuration.nix", passes_inputs, ..Framework::of_folder(folder) })
}

/// A table of hosts that a module says to a framework.
pub(super) struct Table {
    /// What is said.
    pub(super) bound: Bound,
    /// The last name of the option.
    pub(super) option: &'static str,
    /// What the framework makes of an entry.
    pub(super) make: Value,
    /// What it asks of one, if anything.
    pub(super) is_host: Option<Value>,
}

/// The options that are tables of hosts, each with what makes hosts of them: <https://github.com/tgirlcloud/easy-hosts>, and
/// <https://github.com/justinrubek/config-parts>.
const TABLES: [(&[&str], &str, &str); 3] = [
    (&["easy-hosts", "hosts"], "easy-host.nix", include_str!("easy-host.nix")),
    (&["easyHosts", "hosts"], "easy-host.nix", include_str!("easy-host.nix")),
    (&["config-parts", "nixos", "configurations"], "config-part.nix", include_str!("config-part.nix")),
];

/// The tables of hosts that `module` says to frameworks.
pub(super) fn tables(follower: &Follower<'_>, module: &Value) -> Vec<Table> {
    let tables = TABLES.into_iter().filter_map(|(path, file, text)| {
        let bound = follower.lookup(module, path);
        let option = path.last().filter(|_| bound.is_bound())?;
        let said = follower.body(&follower.beside(file, text)?);
        let (make, is_host) = (follower.select(&said, &["make"])?, follower.select(&said, &["isHost"]));
        Some(Table { bound, option, make, is_host })
    });
    tables.collect()
}

fn join(root: &str, folder: &str) -> String {
    if root.is_empty() { folder.to_owned() } else { format!("{root}/{folder}") }
}

/// The root of Snowfall: `snowfall-lib.mkFlake { … }`, or its library made first, and then
/// `lib.mkFlake { … }`.
fn snowfall(follower: &Follower<'_>, term: &Term, arguments: &Value) -> Option<String> {
    let Expr::Apply(call) = &term.expr else { return None };
    let Expr::Select(function) = call.lambda()? else { return None };
    let library = follower.reduce(&Value::Term(term.with(function.expr()?)));
    let is_snowfalls = |expr: &Expr| expr.syntax().text().to_string().contains("snowfall-lib");
    let mut of = vec![arguments.clone()];
    if !is_snowfalls(&Expr::Select(function)) {
        let made = follower.call(&library).filter(|made| made.name == "mkLib")?;
        if !is_snowfalls(&library.innermost()?.expr) {
            return None;
        }
        of.extend(made.arguments);
    }
    let root = of.iter().find_map(|it| follower.select(it, &["snowfall", "root"]));
    root.map_or_else(|| Some(String::new()), |root| follower.place(&root))
}

/// The folders of homes that Snowfall gives every host, as they aren't called `USER@HOST`, and of the modules of all homes.
fn homes(follower: &Follower<'_>, root: &str) -> Vec<TreePath> {
    let folder = |path: &str| TreePath::new(join(root, path)).ok();
    let Some(all) = folder("homes/x86_64-linux") else { return Vec::new() };
    let entries = follower.entries(&all).into_iter().filter(|it| it.is_folder && !it.name.contains('@'));
    let homes = entries.map(|it| all.join(it.name)).filter(|it| follower.is_there(&it.join("default.nix")));
    let homes: Vec<_> = homes.collect();
    let modules = folder("modules/home").filter(|_| !homes.is_empty());
    homes.into_iter().chain(modules).collect()
}
