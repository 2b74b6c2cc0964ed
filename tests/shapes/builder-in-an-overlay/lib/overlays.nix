{ inputs, system }:
[
  inputs.other.overlays.default
  (final: prev: {
    builders.mkHosts =
      {
        pkgs ? final,
      }:
      import ./hosts.nix { inherit inputs pkgs system; };
  })
  (final: prev: { greeting = prev.hello; })
]
