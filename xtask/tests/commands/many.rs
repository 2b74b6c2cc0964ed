//! Many agents, added in one order and removed in another.

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, Snapshot};

#[test]
fn twenty_agents_come_and_go_without_a_trace() {
    let fixture = Fixture::new();
    let before = fixture.snapshot();
    let names: Vec<String> = (0..20).map(|index| format!("agent{}x", index * 7 % 20)).collect();
    for name in &names {
        fixture.ok(&format!("new-agent {name}"));
        expect_in_order(&fixture);
    }
    assert_eq!(fixture.ok("list").stdout.lines().count(), 1 + 2 + 20);
    // Every third, around the circle: 0 3 6 … 18 1 4 7 …
    for index in 0..20 {
        fixture.ok(&format!("remove-agent {}", names[index * 3 % 20]));
        expect_in_order(&fixture);
    }
    let after = fixture.snapshot();
    let changed: Vec<_> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    assert_eq!(changed, Vec::<&String>::new());
    assert_eq!(fixture.snapshot(), before);
    assert_eq!(fixture.status(), "");
}

#[test]
fn what_the_operator_wrote_in_between_survives() {
    let fixture = Fixture::new();
    fixture.ok("new-agent one");
    fixture.ok("new-agent two");
    // A comment of its own, a blank line more, an entry in a dotted form, a hand-aligned block.
    fixture.replace(
        "flake.nix",
        "        agent-two =",
        "        # Not an agent: the printer.\n\n        agent-two =",
    );
    fixture.replace("hosts/agent-base/default.nix", "    one =", "    # More below.\n\n    one =");
    fixture.replace("secrets.nix", "  systems = {\n", "  systems = {\n    printer   = \"\"; # aligned\n");
    fixture.ok("remove-agent one");
    fixture.ok("remove-agent two");
    let text = |path: &str| fixture.read(path);
    assert!(text("flake.nix").contains("        # Not an agent: the printer.\n"));
    assert!(text("hosts/agent-base/default.nix").contains("    # More below.\n"));
    assert!(text("secrets.nix").contains("    printer   = \"\"; # aligned\n"));
}

/// Every Nix file parses and is formatted, and `check` has no error.
fn expect_in_order(fixture: &Fixture) {
    let outcome = fixture.ok("check");
    assert!(!outcome.stdout.contains("nixfmt"), "{}", outcome.stdout);
    let snapshot: Snapshot = fixture.snapshot();
    assert!(!snapshot.keys().any(|path| path.starts_with(".agent-tool")), "nothing of a transaction stays");
}
