{ lib, ... }:
{
  config = lib.mkIf true {
    age.secrets.root.file = ../secrets/root.age;
  };
}
