{ flake.nixosModules.base.services.openssh.enable = true; }
