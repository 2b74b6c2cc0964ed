{ imports = [ ./users.nix ]; }
