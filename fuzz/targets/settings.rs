//! agent-tool.toml: settings, or an error with its place.
#![no_main]

use generator::{path::TreePath, settings::Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = TreePath::new("agent-tool.toml").unwrap();
    match Settings::parse(&path, text) {
        Ok(settings) => {
            let name = "vesta".parse().unwrap();
            for own in settings.paths.own_files(&name) {
                assert!(!own.as_str().starts_with('/') && !own.as_str().split('/').any(|part| part == ".."));
            }
        }
        Err(error) => assert!(error.to_string().starts_with("agent-tool.toml")),
    }
});
