host:
if host == "tower" then
  { cores = 16; }
else if host == "laptop" || host == "attic" then
  { cores = 4; }
else
  throw "no facts of ${host}"
