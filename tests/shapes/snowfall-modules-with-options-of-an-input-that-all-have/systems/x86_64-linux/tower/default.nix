{ site.theme.enable = true; }
