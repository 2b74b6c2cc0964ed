{
  description = "Autonomous agents, each in a virtual machine of its own";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";
    home-manager = {
      url = "github:nix-community/home-manager/release-26.05";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    agenix = {
      url = "github:ryantm/agenix";
      inputs = {
        nixpkgs.follows = "nixpkgs";
        home-manager.follows = "home-manager";
        darwin.follows = "";
      };
    };
  };

  outputs =
    { self, nixpkgs, ... }@inputs:
    {
      nixosConfigurations = {
        agent-base = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-base ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };

        agent-drago = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-drago ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };

        agent-luce = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-luce ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };
      };
    };
}
