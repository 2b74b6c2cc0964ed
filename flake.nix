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
    let
      forEachSystem =
        f:
        nixpkgs.lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
        ] (system: f nixpkgs.legacyPackages.${system});
    in
    {
      # The tool: nix run .#agent-tool -- list
      packages = forEachSystem (pkgs: rec {
        agent-tool = pkgs.callPackage ./nix/package.nix { };
        default = agent-tool;
      });

      apps = forEachSystem (pkgs: rec {
        agent-tool = {
          type = "app";
          program = nixpkgs.lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.agent-tool;
          meta.description = "Maintains a flake of agents' virtual machines";
        };
        default = agent-tool;
      });

      overlays.default = final: _: { agent-tool = final.callPackage ./nix/package.nix { }; };

      devShells = forEachSystem (pkgs: {
        default = pkgs.callPackage ./nix/shell.nix { };
      });

      formatter = forEachSystem (pkgs: pkgs.callPackage ./nix/formatter.nix { });

      checks = forEachSystem (pkgs: import ./nix/checks.nix { inherit self pkgs; });

      # For the flakes of others: the guest, its image, the machine that runs it, the agent's home.
      nixosModules = {
        agent-vm.imports = [ ./modules/agent-vm.nix ];
        agent-image.imports = [ ./hosts/agent-base/qcow.nix ];
        agent-host.imports = [ ./modules/agent-host.nix ];
      };
      homeModules.agent = ./modules/agent-home.nix;

      templates.default = {
        path = ./templates/default;
        description = "A flake with one agent in a virtual machine";
        welcomeText = ''
          # The agent aria is there

          1. Put your facts into `agent-tool.toml`. The admin user is called alice.
          2. `nix run . -- init --admin-key ~/.ssh/id_ed25519.pub` puts your key in the place of one
             that everybody has, and makes aria a new mail password.
          3. `nix run . -- check` says what is left, and `nix run . -- new-agent NAME` adds another.
        '';
      };

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
