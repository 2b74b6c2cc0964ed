{ home.stateVersion = "26.05"; }
