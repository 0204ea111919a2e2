# Sees to it that the command runs here, once, and says how it ended. Read whole before anything of it runs, because it
# stands in a function: a connection that is cut while this text travels begins nothing.
#
# Owns: the claim, the session of the command, its status and output. Does not own: how long it may take, and ending it.
# Keeps: P4 (one claim, one command: whoever comes later follows it), P9 (the text came over standard input; what is in
# the environment or fed to the command stands in no argv).
#
# Says, each on a line of its own that begins with @NONCE: `here PREFIX`; then `ended CODE`, `gone`, `withdrawn` or
# `refused WHY`; `out BYTES`, `err BYTES`, each followed by the last of them; `done`.
BACKOUT_wrapper='
BACKOUT_s=$1 BACKOUT_mine=$2 BACKOUT_cwd=$3
shift 3
trap : HUP INT TERM
BACKOUT_start=- BACKOUT_boot=-
if [ -r /proc/$$/stat ]; then
  IFS= read -r BACKOUT_line < /proc/$$/stat
  set -f
  for BACKOUT_word in ${BACKOUT_line##*) }; do
    BACKOUT_n=$((${BACKOUT_n:-0} + 1))
    if [ $BACKOUT_n = 20 ]; then BACKOUT_start=$BACKOUT_word; fi
  done
  set +f
fi
if [ -r /proc/sys/kernel/random/boot_id ]; then read -r BACKOUT_boot < /proc/sys/kernel/random/boot_id; fi
set -C
{ true > "$BACKOUT_s.claim"; } 2>/dev/null || exit 99
set +C
# The room for its end is taken now: the command may fill the disk.
if ! { printf "no end yet\n" > "$BACKOUT_s.status" \
    && printf "%s %s %s .\n" $$ "$BACKOUT_start" "$BACKOUT_boot" > "$BACKOUT_s.claim"; } 2>/dev/null; then
  /bin/rm -f "$BACKOUT_s.claim" "$BACKOUT_s.status"
  exit 98
fi
exec > "$BACKOUT_s.out" 2> "$BACKOUT_s.err"
if [ -e "$BACKOUT_s.in.$BACKOUT_mine" ]; then /bin/rm -f "$BACKOUT_s.in.$BACKOUT_mine"; fi
if cd -- "$BACKOUT_cwd"; then "$@"; else (exit 126); fi
BACKOUT_code=$? BACKOUT_n=0
until { printf "%s .\n" $BACKOUT_code 1<> "$BACKOUT_s.status"; } 2>/dev/null || [ $BACKOUT_n = 60 ]; do
  BACKOUT_n=$((BACKOUT_n + 1))
  sleep 1
done
'
backout_setsid() {
  for BACKOUT_setsid in /usr/bin/setsid /bin/setsid; do
    if [ -x "$BACKOUT_setsid" ]; then return; fi
  done
  BACKOUT_setsid=$(command -v setsid) && return
  BACKOUT_setsid=$(command -v perl) && BACKOUT_setsid="$BACKOUT_setsid -MPOSIX=setsid -e setsid;exec{\$ARGV[0]}@ARGV"
}
# `backout_exec` is written for each host: it exports the environment and becomes the wrapper with the command.
backout_begin() {
  BACKOUT_script=$BACKOUT_s.script.$$
  BACKOUT_in=/dev/null
  if [ -n "$BACKOUT_fed" ]; then BACKOUT_in=$BACKOUT_s.in.$$; fi
  { printf '%s' "$BACKOUT_wrapper" > "$BACKOUT_script.sh" && printf '%s' "$BACKOUT_text" > "$BACKOUT_script"; } 2>/dev/null || return 1
  if [ -n "$BACKOUT_fed" ]; then { printf '%s' "$BACKOUT_stdin" > "$BACKOUT_in"; } 2>/dev/null || return 1; fi
  ( backout_exec < "$BACKOUT_in" > /dev/null 2>&1 ) &
  BACKOUT_child=$!
  wait "$BACKOUT_child"
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
  rm -f "$BACKOUT_s.out" "$BACKOUT_s.err" "$BACKOUT_s".script.* > /dev/null 2>&1
}
