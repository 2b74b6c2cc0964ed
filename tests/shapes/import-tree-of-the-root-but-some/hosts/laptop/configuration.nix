{ flake.nixosModules.laptop = { services.openssh.enable = true; }; }
