#!/bin/sh
# Takes this host from RELEASE back to TO (`previous`: the one before it, by name), and sees that the service runs it.
# May be repeated: what is done is left as it is. A host that does not have RELEASE is left alone.
# APP is the folder with releases/ and current. RESTART and VERSION are split at spaces and started in APP.
set -euf
cd "$APP"

fail() {
  echo "$1" >&2
  exit 1
}
in_order() { LC_ALL=C sort -V; }

before() {
  ls -1 releases | in_order | while IFS= read -r name && [ "$name" != "$RELEASE" ]; do
    if [ -d "releases/$name" ] && [ ! -e "releases/$name/BACKED_OUT" ]; then printf '%s\n' "$name"; fi
  done | tail -n 1
}

# The link is never away: a new one is renamed over it.
switch_to() {
  if [ -z "$1" ]; then fail "There is no release before $RELEASE in $APP/releases."; fi
  if [ ! -d "releases/$1" ]; then fail "There is no release $1 in $APP/releases."; fi
  printf 'backed out by run %s\n' "$BACKOUT_RUN" > "releases/$RELEASE/BACKED_OUT"
  ln -sfn "releases/$1" .current.next
  mv -T .current.next current
  sync -f .
}

# Word by word: 4.1 is not 4.1.1.
runs() {
  if [ -z "$VERSION" ]; then return 0; fi
  $VERSION 2>/dev/null | tr -cs 'A-Za-z0-9._+-' '\n' | grep -Fqx -e "$1"
}

if [ ! -L current ]; then fail "$APP/current is not a link to a release."; fi
now=$(basename "$(readlink -f current)")
to=$now
if [ "$now" = "$RELEASE" ]; then
  if [ "$TO" = previous ]; then to=$(before); else to=$TO; fi
elif [ "$now" != "$TO" ] && [ "$(printf '%s\n' "$now" "$RELEASE" | in_order | tail -n 1)" = "$now" ]; then
  fail "$now is current, which is newer than $RELEASE: somebody has deployed since. Take back $now, or name it as the release to go back to."
elif [ ! -e "releases/$RELEASE/BACKED_OUT" ]; then
  echo "$now is current, not $RELEASE: left alone."
  exit 0
elif [ "$TO" != previous ]; then
  to=$TO
fi
if [ "$to" != "$now" ]; then switch_to "$to"; fi

if [ -z "$VERSION" ] || ! runs "$to"; then $RESTART || fail "$to is current; restarting the service failed: $RESTART"; fi
tries=0
until runs "$to"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 30 ]; then fail "$to is current, but the service runs another release: $($VERSION 2>&1 || true)"; fi
  sleep 1
done
echo "$to is current${VERSION:+, and the service runs it}."
