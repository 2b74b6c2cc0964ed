{
  outputs =
    inputs@{ self, digga, ... }:
    digga.lib.mkFlake {
      inherit inputs self;
      channels.nixos = { };
      nixos = {
        hostDefaults = {
          system = "x86_64-linux";
          channelName = "nixos";
        };
        imports = [ (digga.lib.importHosts ./hosts/nixos) ];
      };
    };
}
