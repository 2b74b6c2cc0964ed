# Says an option that each host declares by another module.
{ fleet.members = [ "fjord" ]; }
