{ networking.hostName = "board"; }
