// The same steps with zx. usage: node zx.mjs STEPS COMMAND WIDE
import { $ } from 'zx';

const [steps, command, wide] = process.argv.slice(2);
// Without a stdin of its own, a bash started by Node may read the user's rc files at every step.
const run = $({ quiet: true, timeout: '30s', stdio: ['ignore', 'pipe', 'pipe'] });
let left = Number(steps);

async function lane() {
  while (left-- > 0) await run([command]);
}
await Promise.all(Array.from({ length: Number(wide) }, lane));
