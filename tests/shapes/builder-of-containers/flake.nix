{
  outputs =
    { nixpkgs, ... }@inputs:
    let
      mkHost =
        host:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          specialArgs = { inherit inputs; };
          modules = [
            ./modules/container.nix
            host
          ];
        };
    in
    {
      nixosConfigurations = {
        mail = mkHost ./hosts/mail.nix;
        dns = mkHost ./hosts/dns.nix;
      };
    };
}
