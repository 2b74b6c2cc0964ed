{ networking.hostId = "0e0e0e0e"; }
