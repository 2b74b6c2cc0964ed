{ dark = "nord"; }
