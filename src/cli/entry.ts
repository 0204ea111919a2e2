/** The process itself: argv, the standard streams, the exit code. What `bin/backout.js` loads. */
import { exit } from './exit-codes.ts';
import type { Surface } from './invocation.ts';
import { main, report } from './main.ts';

const surface: Surface = {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** A terminal or a reader that has gone (SIGHUP, a closed pipe) does not end a backout. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

function broken(error: unknown): void {
  report(error, surface);
  process.exit(exit.fault);
}
process.on('uncaughtException', broken);
process.on('unhandledRejection', broken);

/** Output that is still on its way to a pipe is written before the process goes. */
function leave(code: number): void {
  process.exitCode = code;
  const open = [process.stdout, process.stderr].filter((stream) => stream.writableLength > 0 && !stream.destroyed);
  if (open.length === 0) process.exit(code);
  let left = open.length;
  for (const stream of open) {
    stream.write('', () => {
      left -= 1;
      if (left === 0) process.exit(code);
    });
  }
}

main(process.argv.slice(2), surface).then(leave, broken);
