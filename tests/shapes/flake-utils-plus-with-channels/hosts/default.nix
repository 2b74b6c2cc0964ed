inputs: {
  tower = import ./tower inputs;
  laptop = import ./laptop inputs;
  attic = import ./attic inputs;
}
