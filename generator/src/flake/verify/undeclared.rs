//! Options of inputs' modules that a host is said though it is given no module that declares them.

use rnix::ast::{AttrpathValue, BinOpKind, Expr, HasEntry};

use super::asked::Module;
use crate::nix::{
    find::keys,
    follow::{Term, called, without_parentheses},
};

/// The inputs that many have, by the names that people give them, and the options that their modules declare, as far as
/// anything but what is the input's own says them. They import no modules of others.
const INPUTS: [(&str, Option<&[&str]>); 28] = [
    ("agenix", Some(&["age"])),
    ("agenix-rekey", Some(&["age", "rekey"])),
    ("ragenix", Some(&["age"])),
    ("catppuccin", Some(&["catppuccin"])),
    ("chaotic", None),
    ("colmena", Some(&["deployment"])),
    ("determinate", None),
    ("disko", Some(&["disko"])),
    ("hardware", None),
    ("hjem", Some(&["hjem"])),
    ("home-manager", Some(&["home-manager"])),
    ("impermanence", Some(&["environment", "persistence"])),
    ("lanzaboote", Some(&["boot", "lanzaboote"])),
    ("microvm", Some(&["microvm"])),
    ("nix-flatpak", None),
    ("nix-index-database", None),
    ("nix-topology", Some(&["topology"])),
    ("nixos-facter-modules", None),
    ("nixos-hardware", None),
    ("nixos-wsl", Some(&["wsl"])),
    ("nixvim", None),
    ("nur", None),
    ("nvf", None),
    ("preservation", Some(&["preservation"])),
    ("sops-nix", Some(&["sops"])),
    ("stylix", Some(&["stylix"])),
    ("vscode-server", None),
    ("niri", None),
];

/// Where an option is said for certain, and which, that is declared by an input's modules alone and by none that a host is
/// given: by `modules`, which are written out, or `others`, as they are called. Nothing where that can't be told: one of
/// the others has no name, or is of an input that isn't known, unless modules of the one that declares it are `taken`
/// elsewhere in the flake, as for some hosts.
pub(super) fn undeclared(
    modules: &[Module],
    others: &[Option<String>],
    taken: &dyn Fn(&str) -> bool,
) -> Option<(Term, String)> {
    let others: Vec<_> = others.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let are_known = others.iter().all(|it| known(it).is_some());
    let is_declared = |option: &[&str]| {
        let mut inputs =
            INPUTS.iter().filter(|(_, declared)| *declared == Some(option)).map(|(input, _)| *input);
        let is_given = |input: &str| others.iter().any(|it| known(it) == Some(input));
        inputs.clone().any(is_given)
            || !(are_known || inputs.any(taken))
            || modules.iter().any(|module| module.declares(option))
    };
    let missing = INPUTS.iter().filter_map(|(_, option)| *option).filter(|option| !is_declared(option));
    let missing: Vec<_> = missing.collect();
    let sure = modules.iter().filter(|it| it.is_sure && !is_guarded(it));
    sure.into_iter().find_map(|module| {
        let (path, at) =
            said(module).into_iter().find(|(path, _)| missing.iter().any(|it| is_below(path, it)))?;
        let option = missing.iter().find(|it| is_below(&path, it))?;
        Some((module.set.with(at), option.join(".")))
    })
}

/// Whether an option may be one that only an input's modules declare, as far as is known of those that many have.
pub(super) fn is_of_inputs(option: &[String]) -> bool {
    INPUTS.iter().filter_map(|(_, declared)| *declared).any(|declared| is_below(option, declared))
}

/// Whether an input's module that is called so may declare an option: it is known to, or its name is like the option's.
pub(super) fn may_be_of(module: &str, option: &[String]) -> bool {
    let declared = |input| INPUTS.iter().find(|(name, _)| *name == input)?.1;
    if let Some(input) = known(module)
        && let Some(declared) = declared(input)
    {
        // `age.rekey` is none of agenix's, though it is below `age`.
        let all = INPUTS.iter().filter_map(|(_, other)| *other);
        let is_of_another = all.filter(|other| is_below(option, other)).any(|it| it.len() > declared.len());
        return is_below(option, declared) && !is_of_another;
    }
    let plain = |name: &str| name.replace(['-', '_'], "").to_lowercase();
    let is_like = |name: &String| name.len() > 2 && plain(module).contains(&plain(name));
    option.first().is_some_and(is_like)
}

/// The input that is known by its name whose module this is: `inputs.agenix.nixosModules.default`.
pub(super) fn known(module: &str) -> Option<&'static str> {
    let name = module.strip_prefix("inputs.").unwrap_or(module).split('.').next()?;
    INPUTS.iter().map(|(input, _)| *input).find(|input| *input == name)
}

/// Whether what a module says depends on which options there are.
pub(super) fn is_guarded(module: &Module) -> bool {
    let text = module.set.file.text();
    text.contains(" ? ") || text.contains("hasAttr")
}

pub(super) fn is_below(path: &[String], option: &[&str]) -> bool {
    path.len() >= option.len() && path.iter().zip(option).all(|(name, other)| name == other)
}

/// What a module says to options, by the first names of each, and where: on any condition but by `optionalAttrs`, as an
/// option must be there that is said nothing in the end.
pub(super) fn said(module: &Module) -> Vec<(Vec<String>, Expr)> {
    let mut said = Vec::new();
    say(&[], &module.set.expr, &mut said);
    let is_of_module = |(path, _): &(Vec<String>, Expr)| {
        !matches!(
            path.first().map(String::as_str),
            Some("options" | "imports" | "disabledModules" | "_module")
        )
    };
    let said = said.into_iter().filter(is_of_module);
    said.map(|(mut path, at)| {
        if path.first().is_some_and(|first| first == "config") {
            path.remove(0);
        }
        (path, at)
    })
    .collect()
}

/// How many names of an option are looked at, behind `config`.
const NAMES: usize = 3;

fn say(path: &[String], value: &Expr, said: &mut Vec<(Vec<String>, Expr)>) {
    if path.len() >= NAMES {
        return said.push((path.to_vec(), value.clone()));
    }
    match without_parentheses(value.clone()) {
        Expr::AttrSet(set) => {
            let bindings: Vec<AttrpathValue> = set.attrpath_values().collect();
            for binding in bindings {
                let names = keys(&binding).into_iter().map_while(|name| name);
                let path: Vec<_> = path.iter().cloned().chain(names).collect();
                if let Some(value) = binding.value() {
                    said.push((path.clone(), value.clone()));
                    say(&path, &value, said);
                }
            }
        }
        Expr::With(it) => it.body().iter().for_each(|body| say(path, body, said)),
        Expr::LetIn(it) => it.body().iter().for_each(|body| say(path, body, said)),
        Expr::BinOp(it) if it.operator() == Some(BinOpKind::Update) => {
            [it.lhs(), it.rhs()].iter().flatten().for_each(|side| say(path, side, said));
        }
        Expr::Apply(call) => match (called(&call).as_deref(), call.argument()) {
            (Some("mkMerge"), Some(Expr::List(list))) => {
                list.items().for_each(|item| say(path, &item, said));
            }
            (Some("mkIf" | "mkForce" | "mkDefault"), Some(value)) => say(path, &value, said),
            _ => {}
        },
        _ => {}
    }
}
