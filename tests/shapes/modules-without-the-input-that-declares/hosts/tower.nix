{
  age.rekey.hostPubkey = ./host.pub;
}
