//! Sets of hosts, one for each platform or for each file, that a function makes.

use super::{
    Search, folder,
    via::{Via, made},
};
use crate::{
    nix::follow::{DirEntry, Value, update},
    path::TreePath,
};

impl Search<'_> {
    /// The attributes of a set that have hosts each in a set of its own: those of platforms, or of files that are loaded.
    pub(super) fn sets_of_hosts(&mut self, value: &Value) -> Option<Vec<(String, Value)>> {
        if let Some((term, set)) = value.set() {
            let names = self.follower.names(term, set);
            let are_platforms = !names.is_empty() && names.iter().all(|(name, _)| is_platform(name));
            return self.follower.attributes(value).filter(|_| are_platforms);
        }
        let call = self.follower.call(value).filter(|call| call.name == "load")?;
        let folder = self.follower.select(call.arguments.first()?, &["src"])?;
        let loaded = (self.follower.place(&folder)?, value.term()?.clone());
        let all = self.follower.attributes(value)?;
        self.places.loaded.push(loaded);
        Some(all)
    }

    /// What is made of each of the folders in a folder that are those of platforms, where it is the hosts that lie there.
    pub(super) fn sets_of_folders(&self, entries: &folder::Entries, via: &Via) -> Option<Vec<Value>> {
        let Via::Sets(items) = via else { return None };
        let above = TreePath::new(entries.path.as_str()).ok().filter(|_| self.conditions.is_empty())?;
        let is_wanted = |entry: &DirEntry| {
            entry.is_folder && folder::passes(self.follower, &entries.conditions, entry) != Some(false)
        };
        let folders = self.follower.entries(&above).into_iter().filter(is_wanted);
        let sets = folders.map(|entry| {
            let (name, kind) = (&entry.name, entry.kind());
            let folder = above.join(name);
            let set = self.follower.body(&items.made(self.follower, name, &kind)?);
            let reads = folder::read_by(self.follower, &set.innermost()?, &|read| read == folder.as_str());
            let is_of_one = made(self.follower, via, name, &kind).is_some();
            reads.filter(|_| is_platform(name) && !is_of_one)?;
            // What a fold starts with is nothing.
            Some(match set.term().and_then(update) {
                Some((first, rest)) if self.is_nothing(&first) => rest,
                _ => set,
            })
        });
        let sets: Vec<_> = sets.collect::<Option<_>>()?;
        (!sets.is_empty()).then_some(sets)
    }

    /// What a function gives for each platform in a list of such, where that is a set of hosts.
    pub(super) fn sets_of_platforms(&self, function: &Value, list: &Value, via: &Via) -> Option<Vec<Value>> {
        let Via::Sets(items) = via else { return None };
        let items = items.behind(function);
        let platforms = self.items(&self.follower.reduce(list)).filter(|_| self.conditions.is_empty())?;
        let sets = platforms.into_iter().map(|platform| {
            let name = self.follower.text(&platform).filter(|name| is_platform(name))?;
            items.made(self.follower, "", &Value::Text(name))
        });
        let sets: Vec<_> = sets.collect::<Option<_>>()?;
        (!sets.is_empty()).then_some(sets)
    }
}

/// Whether a name is that of a platform, as nixpkgs calls them.
fn is_platform(name: &str) -> bool {
    name.split_once('-').is_some_and(|(_, system)| matches!(system, "linux" | "darwin"))
}
