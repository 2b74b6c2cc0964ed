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
    agent-vms = {
      url = "github:ncrmro/nixos-config";
      inputs = {
        nixpkgs.follows = "nixpkgs";
        home-manager.follows = "home-manager";
        agenix.follows = "agenix";
      };
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      agent-vms,
      ...
    }@inputs:
    {
      # The tool: nix run . -- new-agent vesta
      inherit (agent-vms) apps;

      nixosConfigurations = {
        agent-base = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-base ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };
        agent-aria = nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [ ./hosts/agent-aria ];
          specialArgs = {
            inherit inputs self;
            outputs = self;
          };
        };
      };
    };
}
