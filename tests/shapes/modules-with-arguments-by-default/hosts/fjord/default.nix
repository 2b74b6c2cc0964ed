{ networking.hostId = "f0f0f0f0"; }
