{ hostName, ... }:
{
  imports = [ ./${hostName} ];
}
