{
  perSystem =
    { pkgs, ... }:
    {
      devShells.default = pkgs.hello;
    };
}
