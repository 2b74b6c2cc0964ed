{ makeMachine, ... }:
{
  flake.nixosConfigurations.laptop = makeMachine [ ./nixos.nix ];
}
