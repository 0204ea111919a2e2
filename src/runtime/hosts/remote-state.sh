# Where a host remembers what was begun on it. One prefix a claim: PREFIX.claim (pid, start time, boot id of the process
# that runs the command; made once, with O_EXCL, by that process itself), PREFIX.status (its end), .out and .err.
# A line counts when its last word is there (".", for an empty or cut file is none): so it appears whole or not at all.
# Every variable of ours begins with BACKOUT_, which no playbook may set.
backout_place() {
  umask 077
  BACKOUT_home=${XDG_STATE_HOME:-$HOME/.local/state}/backout/hosts
  BACKOUT_other=/var/tmp/backout-hosts-${LOGNAME:-${USER:-unknown}}
  BACKOUT_s=$BACKOUT_home/$BACKOUT_key
  if [ -e "$BACKOUT_s.claim" ]; then return 0; fi
  if [ -O "$BACKOUT_other" ] && [ ! -L "$BACKOUT_other" ] && [ -e "$BACKOUT_other/$BACKOUT_key.claim" ]; then
    BACKOUT_s=$BACKOUT_other/$BACKOUT_key
    return 0
  fi
  { [ -d "$BACKOUT_home" ] || mkdir -p "$BACKOUT_home"; } 2>/dev/null
  if [ -d "$BACKOUT_home" ] && [ -w "$BACKOUT_home" ]; then return 0; fi
  mkdir -m 700 "$BACKOUT_other" 2>/dev/null
  BACKOUT_s=$BACKOUT_other/$BACKOUT_key
  [ -d "$BACKOUT_other" ] && [ -O "$BACKOUT_other" ] && [ ! -L "$BACKOUT_other" ]
}
backout_say() { printf '\n@%s %s\n' "$BACKOUT_nonce" "$*"; }
# Field 22 of /proc/PID/stat, clock ticks since the boot; fields are counted behind the program's name.
backout_start_of() {
  BACKOUT_start=-
  if [ -r "/proc/$1/stat" ]; then
    { IFS= read -r BACKOUT_line < "/proc/$1/stat"; } 2>/dev/null || return 1
    set -f; set -- ${BACKOUT_line##*) }; set +f
    BACKOUT_state=$1 BACKOUT_parent=$2 BACKOUT_session=$4 BACKOUT_start=${20}
    return 0
  fi
  [ ! -d /proc/self ] && kill -0 "$1" 2>/dev/null
}
backout_boot() {
  BACKOUT_boot=-
  if [ -r /proc/sys/kernel/random/boot_id ]; then read -r BACKOUT_boot < /proc/sys/kernel/random/boot_id; fi
}
# Sets pid, start and boot of the claim; false where it is not there or not whole.
backout_claim() {
  BACKOUT_dot=
  if [ ! -s "$BACKOUT_s.claim" ]; then return 1; fi
  read -r BACKOUT_pid BACKOUT_began BACKOUT_its_boot BACKOUT_dot < "$BACKOUT_s.claim"
  [ "$BACKOUT_dot" = . ]
}
backout_status() {
  BACKOUT_dot=
  if [ ! -s "$BACKOUT_s.status" ]; then return 1; fi
  read -r BACKOUT_code BACKOUT_dot < "$BACKOUT_s.status"
  [ "$BACKOUT_dot" = . ]
}
# The process that made the claim: same boot, same pid, same start time.
backout_alive() {
  backout_boot
  [ "$BACKOUT_its_boot" = "$BACKOUT_boot" ] && [ "$BACKOUT_pid" != 0 ] && backout_start_of "$BACKOUT_pid" \
    && [ "$BACKOUT_start" = "$BACKOUT_began" ] && [ "$BACKOUT_state" != Z ]
}
backout_nap() { sleep 0.1 2>/dev/null || sleep 1; }
