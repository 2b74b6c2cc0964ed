{
  age.rekey.masterIdentities = [ ./identity.pub ];
}
