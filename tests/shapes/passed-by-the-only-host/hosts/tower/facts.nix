{ cores = 8; }
