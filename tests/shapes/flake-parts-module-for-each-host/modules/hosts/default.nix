{ imports = [ ./tower ./laptop ./board ]; }
