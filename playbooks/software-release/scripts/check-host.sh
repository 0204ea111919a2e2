#!/bin/sh
# Proves that this host does not have RELEASE, that its service runs what is current, and that it is well. Changes nothing.
set -euf
cd "$APP"
now=$(basename "$(readlink -f current)")
if [ "$now" = "$RELEASE" ]; then
  echo "$RELEASE is still current." >&2
  exit 1
fi
if [ -n "$VERSION" ] && ! $VERSION | tr -cs 'A-Za-z0-9._+-' '\n' | grep -Fqx -e "$now"; then
  echo "$now is current, but the service does not run it." >&2
  exit 1
fi
if ! said=$($HEALTH 2>&1); then
  echo "The service on $BACKOUT_HOST is not well: $said" >&2
  exit 1
fi
echo "$now: $said"
