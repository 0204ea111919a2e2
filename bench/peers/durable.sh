# The durable floor: what somebody writes by hand who wants a step recorded before it begins and after it ends.
# usage: bash durable.sh STEPS LOG
set -e
for ((step = 1; step <= $1; step++)); do
  printf '{"step":%d,"event":"started","at":%s}\n' "$step" "$EPOCHREALTIME" >> "$2"
  sync -d "$2"
  sh -c true
  printf '{"step":%d,"event":"succeeded","at":%s}\n' "$step" "$EPOCHREALTIME" >> "$2"
  sync -d "$2"
done
