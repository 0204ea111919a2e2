/** The process itself: argv, the standard streams, the exit code. What `bin/backout.js` loads. */
import { exit } from './exit-codes.ts';
import type { Surface } from './invocation.ts';
import { main, report } from './main.ts';

const surface: Surface = {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => void stream('stdout').write(text),
  err: (text) => void stream('stderr').write(text),
};

/** The streams that were written to: making one that is not needed would cost every start. */
const used = new Map<'stdout' | 'stderr', NodeJS.WriteStream>();

/** A terminal or a reader that has gone (SIGHUP, a closed pipe) does not end a backout. */
function stream(name: 'stdout' | 'stderr'): NodeJS.WriteStream {
  const known = used.get(name);
  if (known !== undefined) return known;
  const opened = process[name];
  opened.on('error', () => {});
  used.set(name, opened);
  return opened;
}

function broken(error: unknown): void {
  report(error, surface);
  process.exit(exit.fault);
}
process.on('uncaughtException', broken);
process.on('unhandledRejection', broken);

/** Output that is still on its way to a pipe is written before the process goes. */
function leave(code: number): void {
  process.exitCode = code;
  const open = [...used.values()].filter((each) => each.writableLength > 0 && !each.destroyed);
  if (open.length === 0) process.exit(code);
  let left = open.length;
  for (const each of open) {
    each.write('', () => {
      left -= 1;
      if (left === 0) process.exit(code);
    });
  }
}

main(process.argv.slice(2), surface).then(leave, broken);
