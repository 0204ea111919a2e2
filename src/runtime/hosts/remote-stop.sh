# Ends what was begun here (P6): TERM, grace, KILL, to the session and to whoever holds the key in the environment,
# looked for until none is left. What has not begun yet never will: its claim is taken in the name of nobody.
# Says `never`, `was CODE` (it had ended before), `ended CODE`, `gone` (ended without a code), or `left PIDS`.
backout_found() {
  BACKOUT_pids=
  for BACKOUT_file in $(grep -lszxF "BACKOUT_ATTEMPT=$BACKOUT_key" /proc/[0-9]*/environ 2>/dev/null); do
    BACKOUT_p=${BACKOUT_file#/proc/}
    backout_add "${BACKOUT_p%/environ}"
  done
  for BACKOUT_file in /proc/[0-9]*/stat; do
    BACKOUT_p=${BACKOUT_file#/proc/}
    BACKOUT_p=${BACKOUT_p%/stat}
    if backout_start_of "$BACKOUT_p" && [ "$BACKOUT_session" = "$BACKOUT_pid" ]; then backout_add "$BACKOUT_p"; fi
  done
  [ -n "$BACKOUT_pids" ]
}
backout_add() {
  case " $BACKOUT_pids " in *" $1 "*) return ;; esac
  if [ "$1" = "$BACKOUT_pid" ] || [ "$1" = $$ ]; then return; fi
  if backout_start_of "$1" && [ "$BACKOUT_state" != Z ]; then BACKOUT_pids="$BACKOUT_pids $1"; fi
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
backout_press() {
  BACKOUT_told= BACKOUT_looks=0
  while backout_found; do
    if [ "$BACKOUT_looks" -ge "$2" ]; then return 1; fi
    BACKOUT_looks=$((BACKOUT_looks + 1))
    if [ "$1" = TERM ]; then backout_term; else
      kill -STOP $BACKOUT_pids 2>/dev/null
      kill -KILL $BACKOUT_pids 2>/dev/null
    fi
    backout_nap
  done
}
backout_stop() {
  if ! backout_place; then backout_say refused "no folder of ours is here"; return; fi
  set -C
  if { printf '0 - - .\n' > "$BACKOUT_s.claim"; } 2>/dev/null; then backout_say never; return; fi
  set +C
  if backout_status; then backout_say was "$BACKOUT_code"; return; fi
  backout_claim || backout_nap
  if ! backout_claim; then backout_say gone; return; fi
  if [ "$BACKOUT_pid" = 0 ]; then backout_say never; return; fi
  backout_boot
  if [ "$BACKOUT_its_boot" != "$BACKOUT_boot" ]; then backout_say gone; return; fi
  backout_press TERM "$BACKOUT_grace" || backout_press KILL 30 || { backout_say left $BACKOUT_pids; return; }
  BACKOUT_looks=0
  until backout_status || ! backout_alive || [ "$BACKOUT_looks" -ge 20 ]; do
    BACKOUT_looks=$((BACKOUT_looks + 1))
    backout_nap
  done
  if backout_alive; then kill -KILL "$BACKOUT_pid"; fi
  if backout_status; then backout_say ended "$BACKOUT_code"; else backout_say gone; fi
}
