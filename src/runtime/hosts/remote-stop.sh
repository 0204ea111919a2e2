# Ends what was begun here (P6): TERM, grace, KILL, to the session, to all that descends from the wrapper, and to whoever
# holds the key in the environment, looked for until none is left. What was once seen to be of it stays of it, also when
# its parent is gone (nothing here can adopt orphans); PREFIX.seen keeps that for a stop over another connection.
# What has not begun yet never will: its claim is taken in the name of nobody.
# Says `never`, `was CODE` (it had ended before), `ended CODE`, `gone` (ended without a code), or `left PID (PROGRAM) ...`.
backout_found() {
  BACKOUT_pids= BACKOUT_rest=
  BACKOUT_keyed=" $(grep -lszxF "BACKOUT_ATTEMPT=$BACKOUT_key" /proc/[0-9]*/environ 2>/dev/null | tr '\n' ' ') "
  BACKOUT_root=$BACKOUT_pid
  # The number is another process's by now: neither its session nor its children are ours.
  if [ -d "/proc/$BACKOUT_pid" ] && ! backout_alive; then BACKOUT_root=-; fi
  for BACKOUT_file in /proc/[0-9]*/stat; do
    BACKOUT_p=${BACKOUT_file#/proc/}
    BACKOUT_p=${BACKOUT_p%/stat}
    if [ "$BACKOUT_p" = "$BACKOUT_pid" ] || [ "$BACKOUT_p" = $$ ]; then continue; fi
    if backout_start_of "$BACKOUT_p" && [ "$BACKOUT_state" != Z ]; then backout_sort; fi
  done
  backout_descend
  [ -n "$BACKOUT_pids" ]
}
# Ours by itself, or perhaps by its parent: PID:START:PARENT.
backout_sort() {
  if [ "$BACKOUT_session" = "$BACKOUT_root" ] || [ "$BACKOUT_parent" = "$BACKOUT_root" ]; then backout_add; return; fi
  case $BACKOUT_keyed in *" /proc/$BACKOUT_p/environ "*) backout_add; return ;; esac
  case " $BACKOUT_seen " in *" $BACKOUT_p/$BACKOUT_start "*) backout_add; return ;; esac
  BACKOUT_rest="$BACKOUT_rest $BACKOUT_p:$BACKOUT_start:$BACKOUT_parent"
}
backout_add() {
  BACKOUT_pids="$BACKOUT_pids $BACKOUT_p"
  case " $BACKOUT_seen " in *" $BACKOUT_p/$BACKOUT_start "*) return ;; esac
  BACKOUT_seen="$BACKOUT_seen $BACKOUT_p/$BACKOUT_start"
}
backout_descend() {
  BACKOUT_before=
  until [ "$BACKOUT_before" = "$BACKOUT_pids" ]; do
    BACKOUT_before=$BACKOUT_pids BACKOUT_strangers=
    for BACKOUT_word in $BACKOUT_rest; do
      case " $BACKOUT_pids " in
        *" ${BACKOUT_word##*:} "*)
          BACKOUT_p=${BACKOUT_word%%:*} BACKOUT_start=${BACKOUT_word#*:}
          BACKOUT_start=${BACKOUT_start%:*}
          backout_add
          ;;
        *) BACKOUT_strangers="$BACKOUT_strangers $BACKOUT_word" ;;
      esac
    done
    BACKOUT_rest=$BACKOUT_strangers
  done
}
# Before a signal makes orphans of them.
backout_remember() {
  if [ "$BACKOUT_seen" = "$BACKOUT_kept" ]; then return; fi
  BACKOUT_kept=$BACKOUT_seen
  { printf '%s .\n' "$BACKOUT_seen" > "$BACKOUT_s.seen"; } 2>/dev/null
}
backout_recall() {
  BACKOUT_seen= BACKOUT_kept=
  if [ ! -s "$BACKOUT_s.seen" ]; then return 1; fi
  IFS= read -r BACKOUT_seen < "$BACKOUT_s.seen"
  [ -n "$BACKOUT_seen" ]
}
# A stopped process hears TERM only when it goes on.
backout_term() {
  for BACKOUT_p in $BACKOUT_pids; do
    case " $BACKOUT_told " in *" $BACKOUT_p "*) continue ;; esac
    BACKOUT_told="$BACKOUT_told $BACKOUT_p"
    kill -TERM "$BACKOUT_p" 2>/dev/null
    kill -CONT "$BACKOUT_p" 2>/dev/null
  done
}
# All are stopped first, until a look finds no other: none forks a new one while the others are killed.
backout_kill() {
  for BACKOUT_round in 1 2 3 4 5; do
    BACKOUT_stopped=$BACKOUT_pids
    kill -STOP $BACKOUT_pids 2>/dev/null
    backout_found
    if [ "$BACKOUT_stopped" = "$BACKOUT_pids" ]; then break; fi
  done
  backout_remember
  if [ -n "$BACKOUT_pids" ]; then kill -KILL $BACKOUT_pids 2>/dev/null; fi
}
backout_left() {
  for BACKOUT_p in $BACKOUT_pids; do
    BACKOUT_line=
    { IFS= read -r BACKOUT_line < "/proc/$BACKOUT_p/stat"; } 2>/dev/null
    BACKOUT_line=${BACKOUT_line#*(}
    BACKOUT_name="$BACKOUT_p (${BACKOUT_line%)*})"
    BACKOUT_names="${BACKOUT_names:+$BACKOUT_names, }$BACKOUT_name"
  done
  backout_say left "$BACKOUT_names"
}
backout_press() {
  BACKOUT_told= BACKOUT_looks=0
  while backout_found; do
    if [ "$BACKOUT_looks" -ge "$2" ]; then return 1; fi
    BACKOUT_looks=$((BACKOUT_looks + 1))
    backout_remember
    if [ "$1" = TERM ]; then backout_term; else backout_kill; fi
    backout_nap
  done
}
backout_stop() {
  if ! backout_place; then backout_say refused "no folder of ours is here"; return; fi
  set -C
  if { printf '0 - - .\n' > "$BACKOUT_s.claim"; } 2>/dev/null; then backout_say never; return; fi
  set +C
  if ! backout_recall && backout_status; then backout_say was "$BACKOUT_code"; return; fi
  backout_claim || backout_nap
  if ! backout_claim; then backout_say gone; return; fi
  if [ "$BACKOUT_pid" = 0 ]; then backout_say never; return; fi
  backout_boot
  if [ "$BACKOUT_its_boot" != "$BACKOUT_boot" ]; then backout_say gone; return; fi
  backout_press TERM "$BACKOUT_grace" || backout_press KILL 30 || { backout_left; return; }
  rm -f "$BACKOUT_s.seen" 2>/dev/null
  BACKOUT_looks=0
  until backout_status || ! backout_alive || [ "$BACKOUT_looks" -ge 20 ]; do
    BACKOUT_looks=$((BACKOUT_looks + 1))
    backout_nap
  done
  if backout_alive; then kill -KILL "$BACKOUT_pid"; fi
  if backout_status; then backout_say ended "$BACKOUT_code"; else backout_say gone; fi
}
