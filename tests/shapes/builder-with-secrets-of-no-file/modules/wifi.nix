{ sops.secrets.wifi.owner = "root"; }
