{ ... }:
{
  nixpkgs = {
    config = {
      allowUnfree = true;
    };
  };
}
