{ inputs }:
{
  of = inputs.nixpkgs.lib.mapAttrs (
    name: facts:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      specialArgs = { inherit inputs; };
      modules = [ { networking.hostName = name; } ];
    }
  );
}
