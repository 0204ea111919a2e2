/**
 * A drill that kills engines needs somebody who outlives them: this process only starts engines, one after the other,
 * each taking up the run where the one before it died.
 */
import { spawn } from 'node:child_process';
import { type Home, listRuns } from '../../runtime/home/home.ts';
import { exit } from '../exit-codes.ts';
import type { Invocation, Surface } from '../invocation.ts';
import { firstEvent } from '../known-run.ts';

/** In the environment of an engine of ours; it is taken out of it before any step could inherit it. */
const mark = 'BACKOUT_DRILL_ENGINE';

/** True once: this process is an engine that such a drill has started. */
export function isDrillEngine(env: NodeJS.ProcessEnv): boolean {
  const marked = env[mark] !== undefined;
  delete env[mark];
  return marked;
}

/** Answers the exit code of the last engine. `deaths`: how many engines the drill kills. */
export async function throughDeaths(home: Home, deaths: number, call: Invocation, surface: Surface): Promise<number> {
  const program = process.argv.slice(1, 2);
  let ended = await engine([...program, ...process.argv.slice(2)], { [mark]: '1' });
  const run = runOf(home, ended.pid);
  for (let died = 0; died < deaths && ended.signal === 'SIGKILL' && run !== undefined; died++) {
    surface.err('The engine was killed, as this drill wants it; another one takes the run up.\n');
    ended = await engine([...program, 'resume', run, ...passedOn(call)], {});
  }
  return ended.code ?? exit.fault;
}

/** What belongs to every engine of the run. */
function passedOn(call: Invocation): readonly string[] {
  const values = ['home', 'jobs', 'signing-key', 'journal-copy', 'by'].flatMap((name) => {
    const value = call.flag(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const logs = call.flags('log').flatMap((target) => ['--log', target]);
  const flags = ['json', 'wait'].flatMap((name) => (call.has(name) ? [`--${name}`] : []));
  return [...values, ...logs, ...flags];
}

interface EngineEnd {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function engine(args: readonly string[], more: NodeJS.ProcessEnv): Promise<EngineEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<EngineEnd>();
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...more },
  });
  // The terminal tells the whole group of Ctrl-C; what is sent to us alone is passed on.
  const ignore = (): void => {};
  const passOn = (): boolean => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', passOn);
  child.once('error', reject);
  child.once('exit', (code, signal) => resolve({ pid: child.pid, code, signal }));
  return promise.finally(() => process.off('SIGINT', ignore).off('SIGTERM', passOn));
}

function runOf(home: Home, pid: number | undefined): string | undefined {
  return listRuns(home).find((run) => {
    const began = firstEvent(home, run);
    return began?.mode === 'rehearsal' && began.pid === pid;
  });
}
