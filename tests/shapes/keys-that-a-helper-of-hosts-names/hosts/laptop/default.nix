{ imports = [ ../common/ssh.nix ]; }
