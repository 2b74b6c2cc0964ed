//! `deploy` where nothing can be deployed. Where it can: `with_vm`.

use std::{fs, os::unix::fs::MetadataExt};

use crate::fixture::Fixture;

#[test]
fn root_is_refused_with_the_reason() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        eprintln!("skipped: this is not run by root");
        return;
    }
    let fixture = Fixture::new();
    let words = ["deploy", "drago"];
    fixture.refused(&words, 1, "root has no libvirt session: qemu:///session serves every other user");
    fixture.refused(&words, 1, "drago is not deployed: the step `preflight` failed");
}

#[test]
fn who_is_no_agent_is_not_deployed() {
    Fixture::new().refused(&["deploy", "vesta"], 1, "there is no agent vesta");
    Fixture::new().refused(&["deploy"], 2, "required");
    Fixture::new().refused(
        &["deploy", "drago", "--from", "nowhere"],
        2,
        "[possible values: preflight, image",
    );
}
