{ self, nixpkgs, ... }@inputs:
let
  inherit (nixpkgs) lib;
  vars.domain = "example.org";
  arguments = { inherit inputs lib vars; };
  systems = {
    x86_64-linux = import ./x86_64-linux (arguments // { system = "x86_64-linux"; });
  };
  outputsOfSystems = builtins.attrValues systems;
in
{
  nixosConfigurations = lib.mergeAttrsList (
    map (outputs: outputs.nixosConfigurations or { }) outputsOfSystems
  );
}
