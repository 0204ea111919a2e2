# Sees to it that the command runs here, once, and says how it ended. Read whole before anything of it runs, because it
# stands in a function: a connection that is cut while this text travels begins nothing.
#
# Owns: the claim, the session of the command, its status and output. Does not own: how long it may take, and ending it.
# Keeps: P4 (one claim, one command: whoever comes later follows it), P9 (the text came over standard input; what is in
# the environment or fed to the command stands in no argv).
#
# Says, each on a line of its own that begins with @NONCE: `here PREFIX`; then `ended CODE`, `gone`, `withdrawn` or
# `refused WHY`; `out BYTES`, `err BYTES`, each followed by the last of them; `done`.
backout_setsid() {
  for BACKOUT_setsid in /usr/bin/setsid /bin/setsid; do
    if [ -x "$BACKOUT_setsid" ]; then return; fi
  done
  BACKOUT_setsid=$(command -v setsid) && return
  BACKOUT_setsid=$(command -v perl) && BACKOUT_setsid="$BACKOUT_setsid -MPOSIX=setsid -e setsid;exec{\$ARGV[0]}@ARGV"
}
# OpenSSH makes of this shell the leader of a session, and lets it live when the connection is cut: so it can keep the
# command itself, which saves the host two programs. Other servers may end what they have started.
backout_can_keep() {
  backout_start_of $$ && [ "$BACKOUT_start" != - ] && [ "$BACKOUT_session" = $$ ] || return 1
  { read -r BACKOUT_word < "/proc/$BACKOUT_parent/comm"; } 2>/dev/null || return 1
  case $BACKOUT_word in sshd | sshd-session) return 0 ;; esac
  return 1
}
# Written for each host, in a child: `backout_as_command` exports the environment and becomes the command;
# `backout_as_keeper` exports it and becomes the keeper in a session of its own.
backout_begin() {
  BACKOUT_script=$BACKOUT_s.script.$$
  BACKOUT_in=/dev/null
  if [ -n "$BACKOUT_fed" ]; then BACKOUT_in=$BACKOUT_s.in.$$; fi
  { printf '%s' "$BACKOUT_text" > "$BACKOUT_script"; } 2>/dev/null || return 1
  if [ -n "$BACKOUT_fed" ]; then { printf '%s' "$BACKOUT_stdin" > "$BACKOUT_in"; } 2>/dev/null || return 1; fi
  if backout_can_keep; then
    backout_keep "$BACKOUT_s" "$BACKOUT_in" backout_as_command
  else
    { printf '%s\nbackout_start_of $$\nbackout_keep "$@"\n' "$BACKOUT_keeper" > "$BACKOUT_script.sh"; } 2>/dev/null || return 1
    ( backout_as_keeper < /dev/null > /dev/null 2>&1 ) &
    wait "$!"
  fi
  BACKOUT_result=$?
  if [ "$BACKOUT_result" = 98 ]; then return 1; fi
  if [ "$BACKOUT_result" = 99 ] && [ -n "$BACKOUT_fed" ]; then rm -f "$BACKOUT_in"; fi
}
# Somebody else's child: looked at again and again. What is said now and then ends this when nobody listens any more.
backout_follow() {
  BACKOUT_looks=0
  until backout_status; do
    if backout_claim; then
      if [ "$BACKOUT_pid" = 0 ]; then return 0; fi
      backout_alive || { backout_status; return; }
    elif [ "$BACKOUT_looks" -gt 30 ]; then return 1
    fi
    BACKOUT_looks=$((BACKOUT_looks + 1))
    if [ $((BACKOUT_looks % 20)) = 0 ]; then printf '\n' || exit 1; fi
    backout_nap
  done
}
backout_tail() {
  if [ -s "$BACKOUT_s.$1" ]; then
    backout_say "$1" $({ wc -c < "$BACKOUT_s.$1"; } 2>/dev/null)
    tail -c "$BACKOUT_keep" "$BACKOUT_s.$1" 2>/dev/null
  fi
}
backout_run() {
  BACKOUT_script=
  if ! backout_place; then
    backout_say refused "no folder of ours can be made here, neither $BACKOUT_home nor $BACKOUT_other"
    return
  fi
  backout_say here "$BACKOUT_s"
  if ! backout_setsid; then
    backout_say refused "neither setsid (util-linux, busybox) nor perl is here: one of them is needed"
    return
  fi
  if [ ! -e "$BACKOUT_s.claim" ] && ! backout_begin; then
    rm -f "$BACKOUT_script" "$BACKOUT_script.sh" "$BACKOUT_s.in.$$"
    backout_say refused "nothing can be written below ${BACKOUT_s%/*}: is the disk full?"
    return
  fi
  if backout_status || backout_follow; then
    if [ "$BACKOUT_pid" = 0 ]; then backout_say withdrawn; else backout_say ended "$BACKOUT_code"; fi
    backout_tail out
    backout_tail err
  else
    backout_say gone
  fi
  backout_say "done"
# Where nothing was begun over this connection, an earlier one has left its script. A folder grows, so it is not read for nothing.
  if [ -n "$BACKOUT_script" ]; then set -- "$BACKOUT_script" "$BACKOUT_script.sh"; else set -- "$BACKOUT_s".script.*; fi
  exec rm -f "$BACKOUT_s.out" "$BACKOUT_s.err" "$@" > /dev/null 2>&1
}
