{ owner, ... }: { }
