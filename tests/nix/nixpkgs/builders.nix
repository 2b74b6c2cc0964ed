# Functions that make packages. What they make can be instantiated, and builds nothing.
{
  lib,
  system,
  package,
}:
let
  # Lists and booleans become text, as they do in an environment.
  instantiate =
    {
      name,
      meta ? { },
      ...
    }@attrs:
    derivation (
      removeAttrs attrs [
        "meta"
        "cargoLock"
      ]
      // {
        inherit name system;
        builder = "/bin/sh";
        args = [
          "-c"
          "exit 1"
        ];
      }
    )
    // {
      inherit meta;
      overrideAttrs = change: instantiate (named (attrs // change));
    };
  named =
    attrs: if attrs ? pname then attrs // { name = "${attrs.pname}-${attrs.version}"; } else attrs;

  # Dependencies from git would need a hash each.
  fromRegistry =
    lockFile:
    lib.all (dependency: !(lib.hasPrefix "git+" (dependency.source or "")))
      (lib.importTOML lockFile).package;
in
{
  rustPlatform.buildRustPackage =
    {
      pname,
      version,
      src,
      cargoLock,
      cargoBuildFlags ? [ ],
      nativeBuildInputs ? [ ],
      postInstall ? "",
      meta ? { },
    }@attrs:
    assert fromRegistry cargoLock.lockFile;
    instantiate (named attrs);

  mkShell =
    { packages }:
    instantiate {
      name = "nix-shell";
      inherit packages;
    };

  runCommand =
    name: env: script:
    assert lib.isString script;
    instantiate (env // { inherit name script; });

  writeShellApplication =
    {
      name,
      text,
      runtimeInputs ? [ ],
    }:
    package name // { inherit text runtimeInputs; };

  nixfmt-tree =
    instantiate {
      name = "nixfmt-tree";
      meta.mainProgram = "treefmt";
    }
    // {
      override =
        { settings }:
        assert lib.attrNames settings == [ "excludes" ] && lib.all lib.isString settings.excludes;
        instantiate {
          name = "nixfmt-tree";
          inherit (settings) excludes;
          meta.mainProgram = "treefmt";
        };
    };
}
