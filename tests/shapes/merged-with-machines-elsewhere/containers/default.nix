{ inputs }:
let
  mkContainer =
    module:
    inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ module ];
    };
in
{
  cache = mkContainer ./cache.nix;
  mail = mkContainer ./mail.nix;
  web = mkContainer ./web.nix;
}
