# The tool, from its own sources alone: an edit of a host does not rebuild it.
{
  lib,
  stdenv,
  rustPlatform,
  installShellFiles,
  makeWrapper,
  gitMinimal,
  gnutar,
  libvirt,
  nix,
  nixos-rebuild-ng,
  openssh,
  qemu-utils,
}:
let
  inherit (lib) fileset;

  # QEMU itself is not among them: domains name it by a place in the system that no garbage
  # collection takes away.
  programs = [
    gitMinimal
    gnutar
    libvirt
    nix
    nixos-rebuild-ng
    openssh
    qemu-utils
  ];

  files = fileset.unions [
    ../Cargo.lock
    ../Cargo.toml
    ../LICENSE
    ../agent-tool.toml # what the tests of the settings read
    ../generator
    # What `init` brings into another flake.
    ../hosts/agent-base/qcow.nix
    ../modules/agent-home.nix
    ../modules/agent-vm.nix
    ../modules/agent.nix
    ../tests/keys/example_operator.pub # the key that `check` warns of
    ../tests/nix/packages.nix
    ../tests/nix/shapes.nix
    ../tests/shapes # flakes in which the tests register a host
    ../xtask
  ];
  # Those that need the whole tree run on it: see checks.nix.
  testsOfTree = fileset.unions [
    ../generator/tests/apply
    ../xtask/tests
  ];
in
rustPlatform.buildRustPackage {
  pname = "agent-tool";
  inherit ((lib.importTOML ../Cargo.toml).workspace.package) version;

  src = fileset.toSource {
    root = ../.;
    fileset = fileset.difference files testsOfTree;
  };

  cargoLock.lockFile = ../Cargo.lock;
  cargoBuildFlags = [ "--bin=agent-tool" ];

  nativeBuildInputs = [
    installShellFiles
    makeWrapper
  ];

  # What is on the PATH already comes first: virsh and nix are those of the daemons that they
  # talk to.
  postInstall = ''
    install -Dm444 LICENSE -t $out/share/licenses/agent-tool
  ''
  # They are what the program itself prints, which only a machine of its kind can run.
  + lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
    $out/bin/agent-tool man pages
    installManPage pages/*.1
    installShellCompletion --cmd agent-tool \
      --bash <($out/bin/agent-tool completions bash) \
      --zsh <($out/bin/agent-tool completions zsh) \
      --fish <($out/bin/agent-tool completions fish)
  ''
  + ''
    wrapProgram $out/bin/agent-tool --suffix PATH : ${lib.makeBinPath programs}
  '';

  meta = {
    description = "Maintains a flake of agents' virtual machines";
    license = lib.licenses.mit;
    mainProgram = "agent-tool";
    platforms = lib.platforms.linux;
  };
}
