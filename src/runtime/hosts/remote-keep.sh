# The process that keeps a command: it makes the claim, waits, and leaves the status. It leads a session of its own and
# is nobody's to kill with a connection (remote-run.sh sees to that), so that it outlives every connection (P4).
#
# backout_keep PREFIX INPUT BECOME WORD...: in a child, BECOME turns into the command. 99: somebody else has the claim.
# 98: nothing can be written here, and nothing has begun.
# Its own start time is known already (backout_start_of $$).
backout_keep() {
  BACKOUT_s=$1 BACKOUT_in=$2 BACKOUT_n=0
  shift 2
  trap : HUP INT TERM
  backout_boot
  set -C
  { true > "$BACKOUT_s.claim"; } 2>/dev/null || { set +C; return 99; }
  set +C
# The room for its end is taken now: the command may fill the disk.
  if ! { printf "no end yet\n" > "$BACKOUT_s.status" && true > "$BACKOUT_s.out" && true > "$BACKOUT_s.err" \
      && printf "%s %s %s .\n" $$ "$BACKOUT_start" "$BACKOUT_boot" > "$BACKOUT_s.claim"; } 2>/dev/null; then
    /bin/rm -f "$BACKOUT_s.claim" "$BACKOUT_s.status" "$BACKOUT_s.out" "$BACKOUT_s.err"
    return 98
  fi
  ( "$@" ) < "$BACKOUT_in" > "$BACKOUT_s.out" 2> "$BACKOUT_s.err"
  BACKOUT_code=$?
  until { printf "%s .\n" $BACKOUT_code 1<> "$BACKOUT_s.status"; } 2>/dev/null || [ $BACKOUT_n = 60 ]; do
    BACKOUT_n=$((BACKOUT_n + 1))
    sleep 1
  done
}
# What is fed to the command is open by now, and has no more need of a name (P9).
backout_become() {
  if [ "$BACKOUT_in" != /dev/null ]; then /bin/rm -f "$BACKOUT_in"; fi
  cd -- "$1" || exit 126
  shift
  exec "$@"
}
