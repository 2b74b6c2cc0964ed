{
  outputs =
    inputs:
    let
      inherit (inputs.nixpkgs) lib;
    in
    lib.foldl' lib.recursiveUpdate { } (
      map (file: import file inputs) [
        ./outputs/formatter.nix
        ./outputs/hosts.nix
      ]
    );
}
