# Notes the system that runs, to go back to.
set -eu
umask 077
mkdir -p /var/lib/agent-tool
readlink -f /run/current-system >/var/lib/agent-tool/previous
