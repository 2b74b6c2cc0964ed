{ inputs, ... }: { imports = [ inputs.agenix-rekey.nixosModules.default ]; }
