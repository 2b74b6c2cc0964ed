{ programs.fish.enable = true; }
