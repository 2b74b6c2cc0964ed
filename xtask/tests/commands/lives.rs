//! The life of an agent in flakes that register hosts in other ways than this repository's: it comes, another is made
//! like it, and both go without a trace.

use pretty_assertions::assert_eq;

use crate::fixture::{Fixture, adoption, repository};

/// A flake of the shape, as `init` adopts it.
fn adopted(shape: &str) -> Fixture {
    let fixture = Fixture::of(&repository().join("tests/shapes").join(shape));
    fixture.git(&["init", "--quiet"]);
    fixture.commit();
    fixture.ok(&adoption("--domain example.org --admin-user alice"));
    fixture.commit();
    fixture
}

/// Whether an agent comes and goes, and one like it, and whether each has these files.
fn check(shape: &str, files: &[&str]) {
    let fixture = adopted(shape);
    let without = fixture.snapshot();
    let expect_files = |name: &str| {
        for file in files {
            let file = file.replace("NAME", name);
            assert!(fixture.root().join(&file).is_file(), "{shape}: {file} of {name}");
        }
        let said = fixture.ok("check").stderr;
        assert!(said.contains("0 errors"), "{shape}: {said}");
    };
    fixture.ok("new-agent vesta");
    expect_files("vesta");
    fixture.commit();
    let with_one = fixture.snapshot();
    fixture.ok("new-agent luna --like vesta");
    expect_files("luna");
    fixture.ok("remove-agent luna");
    assert_eq!(fixture.snapshot(), with_one, "{shape}");
    fixture.ok("remove-agent vesta");
    assert_eq!(fixture.snapshot(), without, "{shape}");
}

#[test]
fn a_module_in_the_host_s_own_folder() {
    let files = ["hosts/agent-NAME/configuration.nix", "hosts/agent-NAME/flake.nix"];
    check("flake-parts-special-arguments-that-are-merged", &files);
}

#[test]
fn a_module_among_those_that_are_loaded() {
    check("modules-loaded-by-haumea", &["hosts/agent-NAME/default.nix", "parts/agent-NAME.nix"]);
}

#[test]
fn a_module_that_is_imported_by_name() {
    check("modules-imported-beside-siblings", &["machines/agent-NAME/default.nix"]);
}
