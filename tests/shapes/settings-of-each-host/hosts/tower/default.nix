{ settings, ... }: { }
