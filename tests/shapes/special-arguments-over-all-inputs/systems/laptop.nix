{ inputs, system, ... }:
inputs.nixpkgs.lib.nixosSystem {
  specialArgs = {
    inherit system;
    hostname = "laptop";
    location = "home";
    monitor = "laptop-monitor";
  }
  // inputs;
  modules = [
    ../hosts/laptop
    { screens.laptop.enable = true; }
  ];
}
