# What the modules of a host are passed that has a name, and is passed more.
name: passed:
passed
// {
  config = config // {
    networking.hostName = name;
  };
}
