{ imports = [ ../people.nix ]; }
