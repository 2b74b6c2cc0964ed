# The tool, from its own sources alone: an edit of a host does not rebuild it.
{
  lib,
  rustPlatform,
  makeWrapper,
  gitMinimal,
  libvirt,
  nix,
  openssh,
  qemu-utils,
}:
let
  inherit (lib) fileset;

  programs = [
    gitMinimal
    libvirt
    nix
    openssh
    qemu-utils
  ];
in
rustPlatform.buildRustPackage {
  pname = "agent-tool";
  inherit ((lib.importTOML ../Cargo.toml).workspace.package) version;

  src = fileset.toSource {
    root = ../.;
    fileset = fileset.unions [
      ../Cargo.lock
      ../Cargo.toml
      ../LICENSE
      ../agent-tool.toml # what the tests of the settings read
      ../generator
      ../tests/keys/example_operator.pub # the key that `check` warns of
      ../xtask/Cargo.toml
      ../xtask/src
    ];
  };

  cargoLock.lockFile = ../Cargo.lock;
  cargoBuildFlags = [ "--bin=agent-tool" ];

  nativeBuildInputs = [ makeWrapper ];

  # What is on the PATH already comes first: virsh and nix are those of the daemons that they
  # talk to.
  postInstall = ''
    install -Dm444 LICENSE -t $out/share/licenses/agent-tool
    wrapProgram $out/bin/agent-tool --suffix PATH : ${lib.makeBinPath programs}
  '';

  meta = {
    description = "Maintains a flake of agents' virtual machines";
    license = lib.licenses.mit;
    mainProgram = "agent-tool";
    platforms = lib.platforms.linux;
  };
}
