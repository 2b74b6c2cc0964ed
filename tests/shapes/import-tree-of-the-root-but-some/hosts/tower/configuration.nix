{ flake.nixosModules.tower = { services.openssh.enable = true; }; }
