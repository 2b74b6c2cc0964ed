{
  flake.nixosModules = {
    ssh.services.openssh.enable = true;
    # What is asked for here each of them says of itself.
    screen = { config, ... }: { console.font = config.machine.font; };
  };
}
