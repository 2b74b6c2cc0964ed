{ users.users.carol.isNormalUser = true; }
