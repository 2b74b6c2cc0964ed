{ networking.hostName = "attic"; }
