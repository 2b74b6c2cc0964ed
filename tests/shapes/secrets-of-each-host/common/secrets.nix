{ node, secrets, ... }:
{
  sops.defaultSopsFile = "${secrets}/${node}.yaml";
}
