{ house.nix.enable = true; }
