#!/bin/sh
# A stand-in for systemctl where no systemd runs: units are files of `Key=Value` beside it, `show` prints the
# properties that are asked for, `stop` and `start` change ActiveState and SubState as systemd does. Keys in lower
# case are no properties: they say how this unit misbehaves.
set -eu
here=$(dirname "$0")/units
properties= verb= names=
for word; do
  case $word in
    --property=*) properties=$(echo "${word#*=}" | tr , '|') ;;
    --user | --no-ask-password | --) ;;
    -*) echo "systemctl: unrecognized option '$word'" >&2; exit 1 ;;
    *) if [ -z "$verb" ]; then verb=$word; else names="$names $word"; fi ;;
  esac
done
echo "$verb$names" >>"$here/../calls"

value() { sed -n "s/^$2=//p" "$here/$1"; }
become() { # unit key value
  sed "/^$2=/d" "$here/$1" >"$here/.$1.$$"
  echo "$2=$3" >>"$here/.$1.$$"
  mv "$here/.$1.$$" "$here/$1"
}
# Microseconds of the monotonic clock.
clock() { awk '{ printf "%d\n", $1 * 1000000 }' /proc/uptime; }
refuse() { # unit
  if [ -n "$(value "$1" denied)" ]; then
    echo "Failed to $verb $1: Interactive authentication required." >&2
    echo "See system logs and 'systemctl status $1' for details." >&2
    exit 1
  fi
}

show() {
  first=yes
  for name in $names; do
    [ $first = yes ] || echo
    first=no
    echo "Id=$name"
    if [ ! -f "$here/$name" ]; then
      printf 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nNRestarts=0\nCanStart=no\nCanStop=yes\n'
      continue
    fi
    if [ -n "$(value "$name" dies)" ] && [ "$(value "$name" ActiveState)" = active ]; then
      left=$(value "$name" dies)
      if [ "$left" -gt 0 ]; then become "$name" dies $((left - 1)); else
        become "$name" ActiveState failed; become "$name" SubState failed; become "$name" Result exit-code
      fi
    fi
    grep -E "^($properties)=" "$here/$name"
    # What it is from the next look on.
    for pair in $(value "$name" next); do become "$name" "${pair%%=*}" "${pair#*=}"; done
  done
}

stop() {
  for name in $names; do
    refuse "$name"
    if [ -n "$(value "$name" stubborn)" ]; then become "$name" ActiveState deactivating; become "$name" SubState stop-sigterm; continue; fi
    become "$name" ActiveState inactive; become "$name" SubState dead
  done
}

start() {
  for name in $names; do
    refuse "$name"
    become "$name" ActiveEnterTimestampMonotonic "$(clock)"
    if [ -n "$(value "$name" broken)" ]; then
      become "$name" ActiveState failed; become "$name" SubState failed; become "$name" Result exit-code
      echo "Job for $name failed because the control process exited with error code." >&2
      echo "See \"systemctl status $name\" and \"journalctl -xeu $name\" for details." >&2
      exit 1
    fi
    become "$name" ActiveState active; become "$name" SubState running; become "$name" Result success
  done
}

case $verb in show | stop | start) $verb ;; *) echo "Unknown command verb $verb." >&2; exit 1 ;; esac
