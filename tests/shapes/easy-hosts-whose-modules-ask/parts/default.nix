{ inputs, ... }:
{
  imports = [ (inputs.import-tree ./shells) ];
}
