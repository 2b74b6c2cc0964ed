//! Paths as Nix treats them: text, made canonical without looking at the disk.

/// Without `.`, `..` and doubled slashes. The path must be absolute.
pub(super) fn canonical(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The folder that a path lies in: `dirOf`.
pub(super) fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// The last component: `baseNameOf`, which overlooks one slash at the end.
pub(super) fn base_name(path: &str) -> &str {
    let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
