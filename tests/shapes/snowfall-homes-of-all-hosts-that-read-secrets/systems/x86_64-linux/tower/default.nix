{
  sops.secrets.history.sopsFile = ./secrets.yaml;
}
