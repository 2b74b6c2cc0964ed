# Says what of the machine is not as it should be. $1 is its host name; then, for each secret, its path, owner and mode
# in octal, where `-` stands for any.
host=$(uname -n)
[ "$host" = "$1" ] || echo "wrong its host name is $host"
shift
while [ $# -gt 0 ]; do
  if found=$(stat -L -c '%U %a' "$1" 2>/dev/null); then
    owner=${found% *} mode=${found#* }
    [ -s "$1" ] || echo "wrong $1 is empty"
    [ "$2" = - ] || [ "$2" = "$owner" ] || echo "wrong $1 belongs to $owner, not to $2"
    [ "$3" = - ] || [ "$3" = "$mode" ] || echo "wrong $1 has the mode $mode, not $3"
  else
    echo "wrong there is no $1"
  fi
  shift 3
done
systemctl list-units --failed --plain --no-legend | while read -r unit _; do echo "failed $unit"; done
