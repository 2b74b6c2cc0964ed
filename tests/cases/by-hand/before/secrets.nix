with builtins;
let
  systems = {
    # machines
    printer = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbuiYwp+0tZm7oV0PdJ+9koUYZZcAHWzdsQf1oT1Ue4";
    /* none of the agents yet */
  };
  users.ncrmro = systems.printer;
  adminKeys = attrValues users;
in
rec {
  # Mail.
  "secrets/stalwart-mail-luce-password.age" = { publicKeys = adminKeys; };

}
