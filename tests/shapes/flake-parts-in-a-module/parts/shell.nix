{
  perSystem = { pkgs, ... }: { devShells = { }; };
}
