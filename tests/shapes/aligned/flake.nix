{
  outputs = { self, nixpkgs, ... }@inputs: let
    host = name: nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ ./hosts/${name} ];
      specialArgs = { inherit inputs; };
    };
  in {
    nixosConfigurations = {
      tower                = host "tower";
      laptop               = host "laptop";
      sitting-room-player  = host "sitting-room-player";
    };
  };
}
