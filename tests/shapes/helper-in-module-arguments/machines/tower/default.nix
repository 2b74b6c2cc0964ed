{ makeMachine, ... }:
{
  flake.nixosConfigurations.tower = makeMachine [ ./nixos.nix ];
}
