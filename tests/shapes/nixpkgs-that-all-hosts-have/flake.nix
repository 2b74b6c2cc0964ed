{
  inputs = {
    nixos-stable.url = "github:NixOS/nixpkgs/nixos-26.05";
    nixos-unstable.url = "github:NixOS/nixpkgs/nixos-unstable";
  };

  outputs = inputs: {
    nixosConfigurations = {
      tower = import ./hosts/tower inputs;
      laptop = import ./hosts/laptop inputs;
    };
  };
}
