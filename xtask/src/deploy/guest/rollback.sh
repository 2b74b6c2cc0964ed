# Brings the system $1 back, profile included, in a unit of its own: the guest agent may be restarted meanwhile.
set -eu
PATH=/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin
unit=agent-tool-rollback.service
systemctl stop "$unit" 2>/dev/null || true
systemctl reset-failed "$unit" 2>/dev/null || true
systemd-run --quiet --unit="$unit" --property=Type=exec --property=RemainAfterExit=yes \
  --setenv=HOME=/root --setenv=PATH="$PATH" \
  /bin/sh -c '
    set -e
    rm -f /var/lib/agent-tool/switched
    nix-env --profile /nix/var/nix/profiles/system --set "$1"
    "$1/bin/switch-to-configuration" switch
  ' sh "$1"
