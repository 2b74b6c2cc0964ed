{ networking.hostName = "cottage"; }
