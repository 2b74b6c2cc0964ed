//! git: the index that a flake sees the tree through.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use xshell::{Shell, cmd};

use crate::report::Hint;

/// git at a tree.
pub(crate) struct Git {
    shell: Shell,
}

/// Whether a tree has an index.
pub(crate) enum Index {
    /// It lies in a work tree of git.
    Git(Git),
    /// It doesn't, and why.
    None(&'static str),
}

impl Git {
    /// Looks for the work tree around `root`.
    pub(crate) fn at(root: &Path) -> Index {
        let Ok(shell) = Shell::new() else { return Index::None("there is no current folder") };
        shell.change_dir(root);
        match cmd!(shell, "git rev-parse --is-inside-work-tree").quiet().ignore_status().output() {
            Err(_) => Index::None("there is no git on this machine"),
            Ok(output) if output.stdout.starts_with(b"true") => Index::Git(Self { shell }),
            Ok(_) => Index::None("this is no git repository"),
        }
    }

    /// Those of `paths` that git ignores, and by which line: `FILE:LINE: PATTERN` (`man 1 git-check-ignore`).
    pub(crate) fn ignored(&self, paths: &[&str]) -> Result<Vec<(String, String)>> {
        // It fails where none is, and says nothing then.
        let query = cmd!(self.shell, "git check-ignore --verbose -z --stdin").stdin(paths.join("\0"));
        let said = words(&query.quiet().ignore_stderr().ignore_status().read()?);
        // A pattern that starts with `!` is an exception: what it matches is not ignored.
        let ignored = said.chunks_exact(4).filter_map(|rule| match rule {
            [_, _, pattern, _] if pattern.starts_with('!') => None,
            [file, line, pattern, path] => Some((path.clone(), format!("{file}:{line}: {pattern}"))),
            _ => None,
        });
        Ok(ignored.collect())
    }

    /// Makes the index know `paths` without their contents: a flake doesn't see files that git doesn't know.
    pub(crate) fn intend_to_add(&self, paths: &[&str]) -> Result<()> {
        let known = self.list(&["ls-files", "-z", "--"], paths)?;
        let unknown: Vec<&str> =
            paths.iter().copied().filter(|path| !known.iter().any(|known| known == path)).collect();
        self.change(&["add", "--intent-to-add", "--"], &unknown)
    }

    /// Makes the index forget those of `paths` that it knows without their contents, and that are gone.
    pub(crate) fn forget_intended(&self, paths: &[&str]) -> Result<()> {
        // Such an entry is in the index, but neither in HEAD nor among the changes that a commit would take.
        let known = self.list(&["ls-files", "-z", "--"], paths)?;
        let staged = self.list(&["diff", "--cached", "--name-only", "--relative", "-z", "--"], paths)?;
        let committed =
            self.list(&["ls-tree", "-r", "-z", "--name-only", "HEAD", "--"], paths).unwrap_or_default();
        let intended = known.iter().filter(|path| !staged.contains(path) && !committed.contains(path));
        self.change(
            &["update-index", "--force-remove", "--"],
            &intended.map(String::as_str).collect::<Vec<_>>(),
        )
    }

    /// The files below this folder that a flake sees: those in the index, also without their contents.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        self.list(&["ls-files", "-z", "--"], &["."])
    }

    /// Whether something below `paths` is not committed.
    pub(crate) fn has_uncommitted(&self, paths: &[&str]) -> Result<bool> {
        Ok(!self.list(&["status", "--porcelain", "-z", "--"], paths)?.is_empty())
    }

    /// The paths that a query prints for `paths`; none when it is asked for none.
    fn list(&self, query: &[&str], paths: &[&str]) -> Result<Vec<String>> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let output = cmd!(self.shell, "git {query...} {paths...}").quiet().ignore_stderr().read()?;
        Ok(words(&output))
    }

    fn change(&self, command: &[&str], paths: &[&str]) -> Result<()> {
        if paths.is_empty() {
            return Ok(());
        }
        let command = cmd!(self.shell, "git {command...} {paths...}").quiet().ignore_status();
        let shown = command.to_string();
        let output = command.output().context("git can't be run")?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(anyhow!("git does not bring its index in line with the tree: {said}"))
            .context(Hint(format!("the tree itself is done; mend git, then run: {shown}")))
    }
}

/// What git prints with `-z`.
fn words(said: &str) -> Vec<String> {
    said.split('\0').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
