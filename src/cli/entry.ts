/** The process itself: argv, the standard streams, the exit code. What `bin/backout.js` loads. */
import { fstatSync, writeSync } from 'node:fs';
import { exit } from './exit-codes.ts';
import type { Surface } from './invocation.ts';
import { main, report } from './main.ts';

const surface: Surface = {
  env: process.env,
  cwd: process.cwd(),
  out,
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

/** What keeps the results from being written to the file that stdout is. */
let unwritten: NodeJS.ErrnoException | null = null;

/** Node's own stream to a file takes a write that a full disk cut short for a whole one. */
function out(text: string): void {
  if (!fstatSync(1).isFile()) return void stream('stdout').write(text);
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
  } catch (error) {
    unwritten = error as NodeJS.ErrnoException;
  }
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
  if (open.length === 0) process.exit(codeOfOutput(code));
  let left = open.length;
  for (const each of open) {
    each.write('', () => {
      left -= 1;
      if (left === 0) process.exit(codeOfOutput(code));
    });
  }
}

/** Their exit code says what became of a system, whatever becomes of what they print. */
const acting: ReadonlySet<string> = new Set(['run', 'resume', 'rehearse', 'change run', 'change record']);
/** Nobody reads on: no loss to anybody. */
const readerGone: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ECONNRESET']);

/** A result that was not written (its disk is full) is no success: a caller would take half of it for all. */
function codeOfOutput(code: number): number {
  const error: NodeJS.ErrnoException | null = unwritten ?? used.get('stdout')?.errored ?? null;
  if (error === null || readerGone.has(error.code ?? '')) return code;
  surface.err(`backout: what was to be printed could not be written (${error.code ?? error.message})\n`);
  const [first = '', second = ''] = process.argv.slice(2);
  const isActing = acting.has(first) || acting.has(`${first} ${second}`);
  return code === 0 && !isActing ? exit.usage : code;
}

main(process.argv.slice(2), surface).then(leave, broken);
