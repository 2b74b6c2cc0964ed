//! The hosts that are there, as models of a new one.

use std::{cell::OnceCell, cmp::Reverse, collections::BTreeSet};

use rnix::{
    SyntaxKind::{NODE_ATTRPATH, NODE_DYNAMIC, NODE_INHERIT, NODE_INTERPOL, NODE_SELECT, TOKEN_COMMENT},
    SyntaxNode, TextRange,
    ast::{Attr, AttrpathValue, Expr, InterpolPart, PathRel, Select},
};
use rowan::ast::AstNode;

use super::around::with_system;
use crate::{
    edit::Site,
    flake::{
        place::{ELSEWHERE, Place},
        reading::Host,
    },
    name::AgentName,
    nix::{
        find::keys,
        follow::{Follower, Term, Value, last_name},
        literal,
        scope::resolve,
    },
    path::TreePath,
    rename::rename,
};

/// A host that is there.
pub(crate) struct Sibling<'a> {
    pub(super) name: String,
    /// Its entry: a binding, or an item.
    pub(super) node: SyntaxNode,
    /// What is said of it, where that is an expression of its own.
    pub(crate) value: Option<Expr>,
    /// The files that its entry names, where they count.
    named: Option<Named<'a>>,
    /// What they say, once it is asked for.
    read: OnceCell<Read>,
    /// What its name says beside what all siblings' names begin or end with: `tower` of `tower-nixos`.
    stem: Option<String>,
}

/// What finds the files that an entry names, and what it stands in.
struct Named<'a> {
    follower: &'a Follower<'a>,
    around: &'a Term,
}

/// What the files of a host say of what it is.
#[derive(Debug, Clone, Copy, Default)]
struct Read {
    /// Whether it is a medium.
    is_medium: bool,
    /// Whether it has another platform than an agent's machine.
    is_elsewhere: bool,
    /// Whether it is a guest.
    is_guest: bool,
}

impl Read {
    fn of(Named { follower, around }: &Named<'_>, node: &SyntaxNode) -> Self {
        let modules = files_named(follower, around, node);
        let imported = modules.iter().flat_map(|it| files_named(follower, it, it.expr.syntax()));
        let all: Vec<_> = modules.iter().cloned().chain(imported).collect();
        Self {
            is_medium: modules.iter().any(|module| says(module, is_of_media)),
            is_elsewhere: all.iter().any(|module| says(module, is_of_another_platform)),
            is_guest: all.iter().any(|module| says(module, is_of_a_guest)),
        }
    }
}

/// What installs machines, or runs none of its own: the names of such hosts, and what their modules are called by.
const MEDIA: [&str; 7] = ["iso", "installer", "install", "live", "livecd", "bootstrap", "image"];
const MEDIA_MODULES: [&str; 5] =
    ["/installer/cd-dvd/", "/installer/netboot/", "/installer/sd-card/", "sd-image", "iso-image"];

/// What names say of machines that are there to be tested, and folders of such.
const TESTS: [&str; 2] = ["test", "tests"];

/// What the modules say of a container, or of a guest.
const GUEST_MODULES: [&str; 6] = [
    "/virtualisation/lxc-container.nix",
    "/virtualisation/proxmox-lxc.nix",
    "/virtualisation/docker-image.nix",
    "/virtualisation/qemu-vm.nix",
    "microvm.nixosModules.microvm",
    "boot.isContainer = true",
];

/// What inputs are called by whose modules, and whose own `nixosSystem`, are for machines of other platforms alone.
const BOARDS: [&str; 3] = ["raspberry-pi", "raspberrypi", "apple-silicon"];

impl<'a> Sibling<'a> {
    /// A host by its entry alone.
    pub(crate) fn of(place: &Place, host: &Host) -> Self {
        let value = match &place.site {
            Site::List(_) | Site::Over(_) => Expr::cast(host.node.clone()),
            _ => AttrpathValue::cast(host.node.clone())
                .filter(|binding| keys(binding).len() == place.prefix + 1)
                .and_then(|binding| binding.value()),
        };
        Self {
            name: host.name.clone(),
            node: host.node.clone(),
            value,
            named: None,
            read: OnceCell::new(),
            stem: None,
        }
    }

    /// The same, with what the files say that its entry names, and what these import.
    pub(crate) fn read(follower: &'a Follower<'a>, place: &'a Place, host: &Host) -> Self {
        Self { named: Some(Named { follower, around: &place.term }), ..Self::of(place, host) }
    }

    /// What its files say: they are opened only if that is asked for, as among many hosts it is not.
    fn says(&self) -> Read {
        let read = || self.named.as_ref().map(|it| Read::of(it, &self.node));
        *self.read.get_or_init(|| read().unwrap_or_default())
    }

    /// Whether its name is computed: what computes it may say more of that host.
    pub(super) fn is_computed(&self) -> bool {
        let keys = AttrpathValue::cast(self.node.clone()).map(|binding| keys(&binding));
        keys.is_some_and(|keys| keys.iter().any(Option::is_none))
    }

    /// Whether nothing is said of it but its name.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.value, Some(Expr::AttrSet(set)) if set.syntax().children().next().is_none())
    }

    /// Whether nothing is said in its entry that is for it alone, as comments are.
    pub(super) fn is_plain(&self) -> bool {
        let mut tokens = self.node.descendants_with_tokens();
        self.value.is_some() && !tokens.any(|it| it.kind() == TOKEN_COMMENT)
    }

    /// Whether it is a machine as an agent's may be: of its platform, no medium that installs others, and no other name of
    /// another.
    pub(crate) fn is_ordinary(&self) -> bool {
        if matches!(&self.value, Some(Expr::Select(it)) if it.syntax().text().to_string().contains("nixosConfigurations."))
        {
            return false;
        }
        let text = self.node.text().to_string();
        let is_in_windows = self.is_called(&["wsl"]) || text.contains("wsl.nixosModules");
        self.is_machine() && !is_in_windows
    }

    /// Whether it only serves to test something, as its name says or where its modules lie: it is no machine of anybody's.
    pub(crate) fn is_test(&self) -> bool {
        let text = self.node.text().to_string();
        self.is_called(&TESTS) || TESTS.iter().any(|folder| text.contains(&format!("./{folder}/")))
    }

    /// Whether it runs in another machine, whose kernel or disk it has: a container, or a guest made for that alone.
    pub(crate) fn is_guest(&self) -> bool {
        is_of_a_guest(&self.node.text().to_string()) || self.says().is_guest
    }

    /// Whether it has an agent's platform, be it in another system, and is no medium.
    pub(super) fn is_machine(&self) -> bool {
        let text = self.node.text().to_string();
        let is_said = ELSEWHERE.iter().any(|part| text.contains(part)) || is_made_for_a_board(&self.node);
        !is_said && !self.is_medium() && !self.says().is_elsewhere
    }

    /// Whether it is a machine with NixOS of another platform than an agent's.
    pub(super) fn is_elsewhere(&self) -> bool {
        let text = self.node.text().to_string();
        !self.is_medium() && !self.is_machine() && !text.contains("-darwin\"") && !self.is_computed()
    }

    /// Whether it installs machines, or is none that is installed.
    pub(crate) fn is_medium(&self) -> bool {
        let text = self.node.text().to_string();
        self.is_called(&MEDIA)
            || MEDIA_MODULES.iter().any(|part| text.contains(part))
            || self.says().is_medium
    }

    /// Whether one of `words` is in its name.
    fn is_called(&self, words: &[&str]) -> bool {
        let mut name = String::new();
        for c in self.name.chars() {
            // `isoInstaller` has two.
            let is_next = c.is_uppercase() && name.ends_with(char::is_lowercase);
            name.extend(is_next.then_some('-').into_iter().chain([c]));
        }
        name.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word))
    }

    /// Its entry with a new name.
    pub(super) fn renamed(&self, host: &str) -> String {
        let text = self.renamed_in(&self.node, host);
        // What aligns its `=` is no difference.
        match text.split_once('=') {
            Some((key, value)) if AttrpathValue::can_cast(self.node.kind()) => {
                format!("{} ={value}", key.trim_end())
            }
            _ => text,
        }
    }

    /// What is said of it with a new name.
    pub(crate) fn renamed_value(&self, host: &str) -> Option<Expr> {
        let text = self.renamed_in(self.value.as_ref()?.syntax(), host);
        literal::expression(&text)
    }

    /// The text of `node`, which is in its entry, with a new name for its own, and for what a call says of that.
    fn renamed_in(&self, node: &SyntaxNode, host: &str) -> String {
        let mut text = node.text().to_string();
        let mut ways = self.named_as_computed(node, host);
        ways.extend(self.stem_in_call().map(|it| (it.syntax().text_range(), literal::quote(host))));
        ways.sort_by_key(|(range, _)| Reverse(range.start()));
        for (range, name) in ways {
            let range = range - node.text_range().start();
            text.replace_range(std::ops::Range::<usize>::from(range), &name);
        }
        rename(&text, &self.name, host, true)
    }

    /// Where `node` says what its name is computed by, `${user.desktop}` or `user.desktop`, each with what a new name is there;
    /// nothing where it says that in a way that can't be replaced.
    fn named_as_computed(&self, node: &SyntaxNode, host: &str) -> Vec<(TextRange, String)> {
        let Some(name) = self.computed_name() else { return Vec::new() };
        let is_name = |it: &Expr| it.syntax().text() == name.as_str();
        let is_attribute = |it: &Expr| it.syntax().parent().is_some_and(|it| it.kind() == NODE_ATTRPATH);
        let said = node.descendants().filter_map(Expr::cast).filter(|it| is_name(it) && !is_attribute(it));
        let at = |said: Expr| {
            let around = said.syntax().parent()?;
            match around.kind() {
                NODE_INTERPOL => Some((around.text_range(), host.to_owned())),
                NODE_DYNAMIC => Some((around.text_range(), literal::quote_attribute(host))),
                NODE_SELECT | NODE_INHERIT => None,
                _ => Some((said.syntax().text_range(), literal::quote(host))),
            }
        };
        said.map(at).collect::<Option<_>>().unwrap_or_default()
    }

    /// What its name is computed by alone, as it is written.
    pub(super) fn computed_name(&self) -> Option<String> {
        let attrs = AttrpathValue::cast(self.node.clone())?.attrpath()?.attrs();
        let mut computed = attrs.filter(|attr| literal::attribute(attr).is_none());
        let (Some(attr), None) = (computed.next(), computed.next()) else { return None };
        let expr = match attr {
            Attr::Dynamic(it) => it.expr()?,
            Attr::Str(it) => match it.normalized_parts().as_slice() {
                [InterpolPart::Interpolation(it)] => it.expr()?,
                _ => return None,
            },
            Attr::Ident(_) => return None,
        };
        Some(expr.syntax().text().to_string())
    }

    /// The argument of a call of its own that is its stem.
    fn stem_in_call(&self) -> Option<Expr> {
        let stem = self.stem.as_ref()?;
        let mut function = self.value.clone()?;
        while let Expr::Apply(call) = function {
            let argument = call.argument()?;
            if literal::string(&argument).as_ref() == Some(stem) {
                return Some(argument);
            }
            function = call.lambda()?;
        }
        None
    }

    /// The function and the argument, where it is a call of `nixosSystem`, be it with names of its own.
    pub(super) fn system(&self) -> Option<(String, Expr)> {
        let mut value = self.value.clone()?;
        let call = loop {
            value = match value {
                Expr::Apply(call) => match with_system(&Expr::Apply(call.clone())) {
                    Some(function) => function.body()?,
                    None => break call,
                },
                Expr::Paren(it) => it.expr()?,
                Expr::LetIn(it) => it.body()?,
                _ => return None,
            }
        };
        let function = call.lambda()?;
        let text = function.syntax().text().to_string();
        // What the flake itself offers by that name may want something else than nixpkgs' own.
        let is_written = matches!(resolve(&text, &self.node), Some(Expr::Lambda(_)));
        let is_nixpkgs = last_name(&function)? == "nixosSystem" && !text.starts_with("self.") && !is_written;
        let argument = match call.argument()? {
            // What it is called with may be bound to a name.
            Expr::Ident(name) => match resolve(&name.syntax().text().to_string(), &self.node) {
                Some(set @ Expr::AttrSet(_)) => set,
                _ => Expr::Ident(name),
            },
            argument => argument,
        };
        is_nixpkgs.then_some((text, argument))
    }
}

/// The files that `node`, which stands in that of `around`, names by paths.
fn files_named(follower: &Follower<'_>, around: &Term, node: &SyntaxNode) -> Vec<Term> {
    let paths = node.descendants().filter_map(PathRel::cast).map(Expr::PathRel);
    let file = |path: Expr| {
        let place = follower.place(&Value::Term(around.with(path)))?;
        follower.file(&TreePath::new(place).ok()?)?.term().cloned()
    };
    paths.filter_map(file).collect()
}

/// Whether a line of a module's file that is no comment is one that is wanted.
fn says(module: &Term, is_wanted: fn(&str) -> bool) -> bool {
    module.file.text().lines().any(|line| !line.trim_start().starts_with('#') && is_wanted(line))
}

fn is_of_media(line: &str) -> bool {
    MEDIA_MODULES.iter().any(|part| line.contains(part))
}

fn is_of_a_guest(text: &str) -> bool {
    GUEST_MODULES.iter().any(|part| text.contains(part))
}

fn is_of_another_platform(line: &str) -> bool {
    let is_said = line.contains("nixpkgs.hostPlatform") && !line.contains("\"x86_64-linux\"");
    is_said && ELSEWHERE.iter().any(|part| line.contains(part))
}

/// Whether an entry gives the module of an input that is for machines of another platform alone.
fn is_made_for_a_board(entry: &SyntaxNode) -> bool {
    let named = entry.descendants().filter_map(Select::cast).map(|it| it.syntax().text().to_string());
    let mut named = named.filter(|it| it.contains("odules") || it.ends_with(".nixosSystem"));
    named.any(|name| BOARDS.iter().any(|board| name.contains(board)))
}

/// The siblings, each with what its name says beside what all their names begin or end with.
pub(crate) fn with_stems(mut siblings: Vec<Sibling<'_>>) -> Vec<Sibling<'_>> {
    let theirs: Vec<_> = siblings.iter_mut().filter(|it| AgentName::of_host(&it.name).is_none()).collect();
    let words = |it: &&mut Sibling<'_>| it.name.split('-').map(str::to_owned).collect::<Vec<_>>();
    let mut names: Vec<_> = theirs.iter().map(words).collect();
    for _ in 0..2 {
        let alike = alike_at_start(&names);
        for name in &mut names {
            name.drain(..alike);
            name.reverse();
        }
    }
    for (sibling, name) in theirs.into_iter().zip(names) {
        let stem = name.join("-");
        sibling.stem = (!stem.is_empty() && stem != sibling.name).then_some(stem);
    }
    siblings
}

/// How many words all names begin with.
fn alike_at_start(names: &[Vec<String>]) -> usize {
    let words = names.first().into_iter().flatten().enumerate();
    words.take_while(|(index, word)| names.iter().all(|name| name.get(*index) == Some(word))).count()
}

/// Where a new host goes among `siblings`: behind the last machine, where media follow.
pub(crate) fn site(place: &Place, siblings: &[Sibling<'_>]) -> Site {
    let nodes: Vec<_> = siblings.iter().map(|sibling| sibling.node.clone()).collect();
    let are_beside = nodes.iter().all(|node| node.parent() == nodes.first().and_then(SyntaxNode::parent));
    let machines = siblings.iter().rposition(|it| !it.is_medium()).and_then(|last| nodes.get(..=last));
    match (&place.site, machines) {
        (Site::Set(_) | Site::After(_), Some(machines)) if are_beside && machines.len() < nodes.len() => {
            Site::After(machines.to_vec())
        }
        _ => place.site.clone(),
    }
}

/// Whether what is bound says whose a machine is.
pub(super) fn is_personal(binding: &AttrpathValue) -> bool {
    keys(binding).last().is_some_and(|key| key.as_deref().is_some_and(names_people))
}

/// Whether what is called so says whose a machine is.
pub(super) fn names_people(name: &str) -> bool {
    ["user", "users", "username", "userName", "mainUser", "primaryUser"].contains(&name)
}

/// Whether the siblings are said to be of different people: whose the new one is can't be told from them.
pub(super) fn are_of_people(siblings: &[Sibling<'_>]) -> bool {
    let people = |sibling: &Sibling<'_>| -> BTreeSet<String> {
        let bindings = sibling.node.descendants().filter_map(AttrpathValue::cast).filter(is_personal);
        bindings.filter_map(|it| Some(it.value()?.syntax().text().to_string())).collect()
    };
    let people: BTreeSet<_> = siblings.iter().map(people).filter(|it| !it.is_empty()).collect();
    people.len() > 1
}
