//! A deployment that is killed goes on where it stands.

use std::fs;

use pretty_assertions::assert_eq;

use super::{bed::Bed, expect_deployed};

#[test]
#[ignore = "starts a machine: cargo xtask test vm"]
fn a_deployment_that_is_killed_at_any_step_goes_on_where_it_stands() {
    let bed = Bed::new();
    for step in ["preflight", "image", "disk", "define", "start", "identity", "trust", "rekey"] {
        bed.killed_at("drago", &format!("drago  {step:9}  "));
        if step == "start" {
            // It may have been started already.
            bed.virsh(&["start", "agent-drago"]);
            bed.crash("drago");
        }
    }
    // The disk is never made anew: what was written to it stays.
    bed.guest("drago", "echo kept | sudo tee /var/lib/kept");
    bed.fault("drago", "slow 30");
    bed.killed_at("drago", "building the system configuration");
    let resumed = bed.deployed("drago");
    let under_way = "the switch that an earlier deployment began is still under way";
    assert!(resumed.stderr.contains(under_way), "{}", resumed.stderr);
    expect_deployed(&bed, "drago", 1);
    bed.killed_at("drago", "drago  verify     ");

    // Of all that is ours, only the disk and the pinned keys are left.
    bed.virsh(&["destroy", "agent-drago"]);
    bed.virsh(&["undefine", "agent-drago"]);
    for entry in fs::read_dir(bed.machines()).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        if name != "agent-drago.qcow2" && name != "known_hosts" {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let (tree, key) = (bed.tree().snapshot(), bed.pinned("drago"));
    bed.deployed("drago");
    expect_deployed(&bed, "drago", 1);
    assert_eq!(bed.guest("drago", "cat /var/lib/kept"), "kept\n");
    assert_eq!((bed.tree().snapshot(), bed.pinned("drago")), (tree, key));
}
