# Begins to switch the machine, in a unit of its own: the connection may drop meanwhile.
# $1 tells the configuration from others; $2 is the flake's reference.
# All of the configuration is on the disk before it is noted, for a machine that loses its power then.
set -eu
unit=agent-tool-switch.service
# One that is done stays until here, so that its result can be read.
systemctl stop "$unit" 2>/dev/null || true
systemctl reset-failed "$unit" 2>/dev/null || true
mkdir -p /var/lib/agent-tool
cd /var/lib/agent-tool
readlink -f /run/current-system >previous
rm -f switched
systemd-run --quiet --unit="$unit" --description="agent-tool switch $1" \
  --property=Type=exec --property=RemainAfterExit=yes \
  --setenv=HOME=/root --setenv=PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /bin/sh -c '
    nixos-rebuild switch --flake "$2" || exit
    cd /var/lib/agent-tool
    echo "$1 $(readlink -f /run/current-system)" >switched.new
    sync
    mv switched.new switched
  ' sh "$1" "$2"
