# How the switch stands, and what it said since the journal's cursor $1.
PATH=$PATH:/run/current-system/sw/bin:/usr/bin:/bin
systemctl show --property=ActiveState,SubState,Result,ExecMainStatus,Description,InvocationID agent-tool-switch.service
echo
id=$(systemctl show --property=InvocationID --value agent-tool-switch.service)
# Without one it was never begun, and has said nothing.
[ -n "$id" ] || exit 0
journalctl --quiet --output=cat --no-pager --show-cursor ${1:+"--after-cursor=$1"} "_SYSTEMD_INVOCATION_ID=$id"
