{ inputs }:
let
  host = name: import (./. + "/${name}") { inherit inputs; };
in
{
  tower = host "tower";
  laptop = host "laptop";
  mini = host "mini";
}
