{ services.served.enable = true; }
