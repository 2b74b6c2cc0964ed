{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        agent-luce = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-luce ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };
        agent-vesta = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-vesta ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };
      };
    };
}
