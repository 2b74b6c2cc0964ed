{ inputs, ... }:
{
  imports = [ inputs.sops-nix.nixosModules.sops ];
  sops.secrets.token.sopsFile = ./token.yaml;
}
