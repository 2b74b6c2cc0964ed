{ nixpkgs.overlays = [ (final: prev: { }) ]; }
