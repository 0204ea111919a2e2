#!/bin/sh
# The deploy program of the scene: deploy.sh HOST RELEASE takes a release to a host; with --ask it only says whether it would.
# BUILDS, HALTED and SSH_CONFIG come in the environment.
set -eu
host=$1 release=$2
if [ -e "$HALTED/$release" ]; then
  echo "$host does not take $release: it is halted. $(cat "$HALTED/$release")" >&2
  exit 3
fi
if [ "${3:-}" = --ask ]; then exit 0; fi
tar -C "$BUILDS" -cf - "$release" | ssh -F "$SSH_CONFIG" "$host" "
  set -e
  cd photos
  tar -C releases -xf -
  ln -sfn releases/$release .current.next
  mv -T .current.next current
  ./service reload > /dev/null"
