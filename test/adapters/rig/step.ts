/** Runs adapters as the engine does: input parsed by the schema, `command` as a real process, `perform` in place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runWorker } from '../../../adapters/workers.ts';
import type { JsonObject } from '../../../src/kernel/json.ts';
import type { Adapter, AdapterContext, Performed, Preflight, Probe } from '../../../src/ports/adapter.ts';

export function parsed(adapter: Adapter, given: JsonObject): unknown {
  const result = adapter.input['~standard'].validate(given);
  if (result instanceof Promise || result.issues !== undefined) throw new Error(JSON.stringify(result));
  return result.value;
}

/** The schema's complaints, one line. */
export function complaints(adapter: Adapter, given: JsonObject): string {
  const result = adapter.input['~standard'].validate(given);
  return result instanceof Promise || result.issues === undefined
    ? ''
    : result.issues.map(({ message }) => message).join('; ');
}

export function contextIn(folder: string, more: Partial<AdapterContext> = {}): AdapterContext {
  const env = { PATH: process.env.PATH ?? '' };
  return { signal: new AbortController().signal, key: 'run1-step-1', folder, mode: 'real', env, ...more };
}

export async function perform(
  adapter: Adapter,
  given: JsonObject,
  more: Partial<AdapterContext> = {},
): Promise<Performed> {
  if (adapter.perform === undefined) throw new Error(`${adapter.name} has no perform`);
  return adapter.perform(parsed(adapter, given), contextIn('/', more));
}

export const preflight = (adapter: Adapter, given: JsonObject, folder = '/'): Promise<Preflight> =>
  adapter.preflight(parsed(adapter, given), contextIn(folder));

export async function probe(
  adapter: Adapter,
  given: JsonObject,
  more: Partial<AdapterContext>,
): Promise<Probe['answer']> {
  return (await adapter.probe?.(parsed(adapter, given), contextIn('/', more)))?.answer ?? 'unknown';
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: { readonly [name: string]: string };
}

export async function runStep(
  adapter: Adapter,
  given: JsonObject,
  folder: string,
  key = 'run1-step-1',
  heard: (output: string) => void = () => undefined,
): Promise<Ended> {
  const command = adapter.command?.(parsed(adapter, given), contextIn(folder, { key }));
  if (command === undefined) throw new Error(`${adapter.name} has no command`);
  const file = join(folder, '.outputs');
  const [program, ...args] = command.argv;
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...command.env, BACKOUT_OUTPUT: file } });
  // A program that has ended without reading it all is no fault of the test.
  child.stdin.on('error', () => undefined).end(command.stdin ?? '');
  child.stdout.on('data', (part: Buffer) => heard(part.toString('utf8')));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  const outputs = outputsIn(file);
  return { code: child.exitCode, stdout, stderr, outputs };
}

/** The same work without a process of its own: for the many cases in which the process is not what is shown. */
export async function workInPlace(
  adapter: Adapter,
  given: JsonObject,
  folder: string,
  key = 'run1-step-1',
  heard: (output: string) => void = () => undefined,
): Promise<Ended> {
  const command = adapter.command?.(parsed(adapter, given), contextIn(folder, { key }));
  const said = { stdout: '', stderr: '', outputs: {} as Record<string, string> };
  const line = (text: string) => {
    said.stdout += `${text}\n`;
    heard(text);
  };
  const output = (name: string, value: string) => {
    said.outputs[name] = value;
  };
  const trouble = (text: string) => {
    said.stderr += `${text}\n`;
  };
  const code = await runWorker(adapter.name, command?.stdin ?? '', { report: { line, output }, trouble });
  return { code, ...said };
}

function outputsIn(file: string): { readonly [name: string]: string } {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    rmSync(file);
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  } catch {
    return {};
  }
}
