{ imports = [ ../../common ]; }
