{ services.logind.settings.Login.HandleLidSwitch = "ignore"; }
