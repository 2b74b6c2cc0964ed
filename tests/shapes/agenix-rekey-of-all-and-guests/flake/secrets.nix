{ inputs, self, ... }:
{
  imports = [ inputs.agenix-rekey.flakeModule ];
  perSystem = _: {
    agenix-rekey.nodes = self.nodes;
  };
}
