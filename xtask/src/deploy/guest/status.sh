# What the machine was last switched to by a deployment, and what it runs.
cat /var/lib/agent-tool/switched 2>/dev/null || echo
readlink -f /run/current-system
