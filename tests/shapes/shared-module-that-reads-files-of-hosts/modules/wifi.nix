{ networking.wireless.enable = true; }
