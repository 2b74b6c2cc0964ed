{ domain = "example.org"; }
