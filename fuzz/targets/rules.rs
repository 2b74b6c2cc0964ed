//! The evaluator of secrets.nix, in a tree without another file.
#![no_main]

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use generator::{
    nix::eval::{FileType, Files, Overlay},
    secrets::rules,
};
use libfuzzer_sys::fuzz_target;

struct Nothing;

impl Files for Nothing {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn exists(&self, _: &Path) -> io::Result<bool> {
        Ok(false)
    }

    fn read_dir(&self, _: &Path) -> io::Result<BTreeMap<String, FileType>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn file_type(&self, _: &Path) -> io::Result<FileType> {
        Err(io::ErrorKind::NotFound.into())
    }
}

fuzz_target!(|data: &[u8]| {
    let path = PathBuf::from("/tree/secrets.nix");
    let files = Overlay::new(&Nothing, BTreeMap::from([(path.clone(), data.to_vec())]));
    let first = rules::evaluate(&path, &files);
    assert_eq!(first, rules::evaluate(&path, &files), "the same file says the same");
    // What it says, an error too, can be shown.
    let _ = first.map_err(|error| error.to_string());
});
