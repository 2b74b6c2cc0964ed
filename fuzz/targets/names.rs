//! Words from outside: what is accepted reads back as itself, and leads nowhere else.
#![no_main]

use generator::{
    name::AgentName,
    nix::{file::NixFile, literal},
    path::TreePath,
    person::{Description, Email, FullName},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = text.parse::<AgentName>() {
        assert_eq!(name.as_str(), text);
        assert_eq!(AgentName::of_host(&name.host()), Some(name.clone()));
        assert!(
            text.len() <= 32
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        );
        assert!(TreePath::new(name.host()).is_ok());
    }
    if let Ok(path) = TreePath::new(text) {
        assert!(
            path.under("/tree".as_ref()).starts_with("/tree") && !text.split('/').any(|part| part == "..")
        );
        let flake = TreePath::new("hosts/x/default.nix").unwrap();
        let reference = flake.reference(&path);
        assert!(reference.starts_with("./") || reference.starts_with("../"));
        assert_eq!(flake.resolve(&reference), Some(path));
    }
    let people = [
        text.parse::<FullName>().map(|it| it.to_string()).ok(),
        text.parse::<Description>().map(|it| it.to_string()).ok(),
        text.parse::<Email>().map(|it| it.to_string()).ok(),
        Some(text.to_owned()),
    ];
    // As a string in a Nix file each is itself again.
    for word in people.into_iter().flatten() {
        let quoted = literal::quote(&word);
        let Ok(file) = NixFile::parse(&TreePath::new("x.nix").unwrap(), quoted) else { continue };
        assert_eq!(file.value().and_then(|it| literal::string(&it)), Some(word));
    }
});
