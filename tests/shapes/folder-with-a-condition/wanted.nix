name: builtins.stringLength name < 8
