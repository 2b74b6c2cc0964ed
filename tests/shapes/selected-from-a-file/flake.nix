{
  outputs = inputs: {
    nixosConfigurations = (import ./hosts).machines inputs;
  };
}
