{ time.timeZone = "Europe/Oslo"; }
