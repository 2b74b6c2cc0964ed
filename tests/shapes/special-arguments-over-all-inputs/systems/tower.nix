{ inputs, system, ... }:
inputs.nixpkgs.lib.nixosSystem {
  specialArgs = {
    inherit system;
    hostname = "tower";
    location = "home";
    monitor = "tower-monitor";
  }
  // inputs;
  modules = [
    ../hosts/tower
    { screens.tower.enable = true; }
  ];
}
