{
  _module.args.facts = builtins.fromJSON (builtins.readFile ../facts.json);
}
