//! The folders that a flake reads when it is evaluated: what is written there would be taken for a host, a module or
//! a home of its own.

use std::{collections::BTreeMap, path::Path};

use rnix::{
    SyntaxNode,
    ast::{BinOpKind, Expr, Interpol, InterpolPart},
};
use rowan::ast::AstNode;

use crate::{
    error::Location,
    flake::{READERS, Survey},
    nix::{file::NixFile, follow::last_name, literal},
    path::TreePath,
    tree::Tree,
};

/// The folders that are read, by their paths; the root's is empty.
#[derive(Debug)]
pub(super) struct Read {
    /// Each with what reads it, where that is seen.
    folders: BTreeMap<String, Option<Location>>,
    /// Whether something reads folders by names of its own, which the flake doesn't write.
    by_names_of_its_own: bool,
}

impl Read {
    /// What the Nix files of the tree read, beside what is known of the hosts.
    pub(super) fn of(tree: &Tree, survey: &Survey) -> Self {
        let seen = tree.each_nix(&nix_files(tree.root()), |path, file| {
            let named = file.map_or_else(|_| Vec::new(), |file| named(path, &file)).into_iter();
            let read = named.filter(|named| named.is_read(tree, path));
            read.map(|named| (named.folder, Some(named.at))).collect::<Vec<_>>()
        });
        let mut folders: BTreeMap<_, _> = seen.into_iter().flatten().collect();
        // What reads the root for anything but hosts and modules looks for nothing that agents have.
        let of_root = folders.remove("");
        let is_in = |folder: &str| folders.keys().any(|read| folder == read || is_below(folder, read));
        let by_names_of_its_own = survey.folders.iter().any(|folder| !is_in(folder));
        for folder in survey.folders.iter().chain(&survey.modules) {
            let reader = of_root.clone().flatten().filter(|_| folder.is_empty());
            folders.entry(folder.clone()).or_insert(reader);
        }
        Self { folders, by_names_of_its_own }
    }

    /// The folder that takes what lies at `path`, with what reads it, where that is seen.
    pub(super) fn taking(&self, path: &TreePath) -> Option<(&str, Option<&Location>)> {
        let mut folders = self.folders.iter();
        let (folder, reader) =
            folders.find(|(folder, _)| path.as_str() == *folder || path.is_below(folder))?;
        Some((folder, reader.as_ref()))
    }

    /// Whether what lies at `path` may be taken for something: in a folder that is read, or where something reads
    /// folders that the flake doesn't name.
    pub(super) fn may_take(&self, path: &TreePath) -> bool {
        self.by_names_of_its_own || self.taking(path).is_some()
    }
}

/// A folder that a Nix file names in a way that speaks for its being read.
struct Named {
    folder: String,
    /// Whether a function that reads folders is called with it. Else another is, or the file calls one that reads folders.
    by_reader: bool,
    at: Location,
}

impl Named {
    /// Whether it is a folder that can't be meant otherwise: one with a `default.nix` is a module itself.
    fn is_read(&self, tree: &Tree, by: &TreePath) -> bool {
        let path = tree.root().join(&self.folder);
        let is_module = || path.join("default.nix").exists() && own_folder(by) != self.folder;
        path.is_dir() && (self.by_reader || !self.folder.is_empty() && !is_module())
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The folder that a file lies in; the root's name is empty.
fn own_folder(path: &TreePath) -> String {
    path.ancestors().next().map_or_else(String::new, |folder| folder.as_str().to_owned())
}

/// The Nix files of the tree, but hidden ones.
fn nix_files(root: &Path) -> Vec<TreePath> {
    let visible = |entry: &walkdir::DirEntry| !entry.file_name().to_string_lossy().starts_with('.');
    let entries = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter();
    let files = entries.filter_entry(visible).filter_map(Result::ok);
    let paths = files.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let path = entry.path().strip_prefix(root).ok()?.to_str()?;
        TreePath::new(path).ok()
    });
    paths.filter(|path| path.has_extension("nix")).collect()
}

/// What a file names as a whole: `./modules`, `../users`, `self + "/homes"`, `"${self}/homes"`.
fn named(path: &TreePath, file: &NixFile) -> Vec<Named> {
    let reads = READERS.iter().any(|reader| file.text().contains(reader));
    let is_path = |expr: &Expr| matches!(expr, Expr::PathRel(_) | Expr::BinOp(_) | Expr::Str(_));
    let exprs = file.syntax().descendants().filter_map(Expr::cast).filter(is_path);
    let named = exprs.filter_map(|expr| {
        let node = expr.syntax();
        let by_reader = is_for_reader(node);
        let folder = folder(path, &expr, by_reader)?;
        (by_reader || reads || is_argument(node)).then(|| Named {
            folder,
            by_reader,
            at: file.location(node),
        })
    });
    named.collect()
}

/// The folder that an expression would be, if there is one. What is no path by itself is one `by_reader`.
fn folder(path: &TreePath, expr: &Expr, by_reader: bool) -> Option<String> {
    let is_of_flake = |expr: &SyntaxNode| by_reader || expr.text().to_string().contains("self");
    match expr {
        Expr::PathRel(it) => {
            let above = it.syntax().parent()?;
            let is_added_to =
                Expr::cast(above.clone()).is_some_and(|above| is_operation(&above, BinOpKind::Add));
            let is_part = is_added_to || Interpol::can_cast(above.kind());
            below(path, &literal::relative_path(expr).filter(|_| !is_part)?)
        }
        Expr::BinOp(it) if is_operation(expr, BinOpKind::Add) => {
            let (left, added) = (it.lhs()?, literal::string(&it.rhs()?)?);
            let added = added.strip_prefix('/')?;
            match literal::relative_path(&left) {
                Some(written) => below(path, &format!("{written}/{added}")),
                None => of_root(added).filter(|_| is_of_flake(left.syntax())),
            }
        }
        // `"${self}/modules"`, and what a helper is given that makes a path of it.
        Expr::Str(text) => match text.normalized_parts().as_slice() {
            [InterpolPart::Interpolation(of), InterpolPart::Literal(rest)] => {
                of_root(rest.strip_prefix('/')?).filter(|_| is_of_flake(of.syntax()))
            }
            [InterpolPart::Literal(text)] if by_reader => of_root(text),
            _ => None,
        },
        _ => None,
    }
}

fn is_operation(expr: &Expr, operator: BinOpKind) -> bool {
    matches!(expr, Expr::BinOp(it) if it.operator() == Some(operator))
}

/// What `written`, in the file at `path`, leads to.
fn below(path: &TreePath, written: &str) -> Option<String> {
    Some(own_folder(&path.resolve(&format!("{written}/_"))?))
}

fn of_root(written: &str) -> Option<String> {
    Some(TreePath::new(written).ok()?.as_str().to_owned())
}

/// Whether a function is called with what stands at `node`, alone or in a list.
fn is_argument(node: &SyntaxNode) -> bool {
    let above = |node: &SyntaxNode| Expr::cast(node.clone());
    let mut around = node.ancestors().skip(1);
    let around = around.find(|it| !matches!(above(it), Some(Expr::Paren(_) | Expr::List(_))));
    matches!(around.as_ref().and_then(above), Some(Expr::Apply(_)))
}

/// Whether a function that reads folders is called with what stands at `node`, or with what is made of it.
fn is_for_reader(node: &SyntaxNode) -> bool {
    let is_reader = |expr: &Expr| last_name(expr).is_some_and(|name| READERS.contains(&name.as_str()));
    let is_read = |expr: Expr| match expr {
        Expr::Apply(call) => {
            let functions = match call.lambda() {
                // `map import-tree [ ./hosts ]`, `fileFilter isNix ./modules`
                Some(Expr::Apply(it)) => [it.lambda(), it.argument()],
                other => [other, None],
            };
            functions.iter().flatten().any(is_reader)
        }
        Expr::BinOp(it) if it.operator() == Some(BinOpKind::PipeRight) => {
            it.rhs().as_ref().is_some_and(is_reader)
        }
        _ => false,
    };
    let around = node.ancestors().filter_map(Expr::cast);
    around.take_while(|expr| !matches!(expr, Expr::Lambda(_) | Expr::LetIn(_))).any(is_read)
}
