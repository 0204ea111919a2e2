/** From a playbook's path and the caller's parameters to a plan: the reading that the pure layers do not do. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { loadAdapter } from '../../adapters/registry.ts';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { Fault } from '../kernel/fault.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { sha256 } from '../kernel/sha256.ts';
import { makePlan, type Occasion } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import type { ReadInventory } from '../plan/plan-hosts.ts';
import { relativeImports } from '../plan/relative-imports.ts';
import type { AdapterTable } from '../playbook/adapter-facts.ts';
import { checkPlaybook } from '../playbook/check.ts';
import type { PlaybookContent } from '../playbook/content.ts';
import type { PlaybookDocument } from '../playbook/document.ts';
import type { Playbook } from '../playbook/examined.ts';
import { readPlaybook } from '../playbook/read.ts';
import type { Adapter } from '../ports/adapter.ts';
import type { Invocation, Surface } from './invocation.ts';
import { keepHeapSmall } from './small-heap.ts';

export type Adapters = ReadonlyMap<string, Adapter>;

export interface CheckedPlaybook {
  readonly file: string;
  readonly document: PlaybookDocument | undefined;
  readonly playbook: Playbook | undefined;
  readonly adapters: Adapters;
  readonly diagnostics: readonly Diagnostic[];
  readonly digest: string;
}

/** Reads and checks; trouble with the file itself is a Fault, faults in it are diagnostics. */
export async function loadPlaybook(file: string, cwd: string): Promise<CheckedPlaybook> {
  const path = playbookPath(resolve(cwd, file));
  const bytes = readBounded(path);
  keepHeapSmall(bytes.length);
  const shown = relative(cwd, path).startsWith('..') ? path : relative(cwd, path) || path;
  const read = await readPlaybook(shown, bytes);
  const digest = sha256(bytes);
  if (!read.ok) {
    return {
      file: path,
      document: undefined,
      playbook: undefined,
      adapters: new Map(),
      diagnostics: read.error,
      digest,
    };
  }
  const adapters = await loadAdapters(usedNames(read.value.data, 'uses'), dirname(path));
  const checked = await checkPlaybook(read.value, factsOf(adapters));
  return {
    file: path,
    document: read.value,
    playbook: checked.playbook,
    adapters,
    diagnostics: checked.diagnostics,
    digest,
  };
}

/** What checks and lint may know of the adapters. */
export function factsOf(adapters: Adapters): AdapterTable {
  return new Map([...adapters].map(([name, adapter]) => [name, { ...adapter, hasProbe: adapter.probe !== undefined }]));
}

/** A folder stands for the playbook.yaml in it. */
function playbookPath(path: string): string {
  const inside = resolve(path, 'playbook.yaml');
  return existsSync(inside) ? inside : path;
}

/** One byte more than a playbook may have is enough to know that it is too large. */
const readAtMost = 1024 * 1024 + 1;

export function readBounded(path: string, what = 'playbook'): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(readAtMost);
      let length = 0;
      for (let read = -1; read !== 0 && length < readAtMost; length += read) {
        read = readSync(file, bytes, length, readAtMost - length, null);
      }
      return bytes.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? `it is a folder without a ${what}.yaml` : code;
    throw new Fault('usage', `the ${what} ${path} cannot be read: ${why}`, `Give the path of a ${what} file.`);
  }
}

export async function loadAdapters(names: Iterable<string>, folder: string): Promise<Adapters> {
  const adapters = new Map<string, Adapter>();
  for (const name of names) {
    const adapter = await (name.startsWith('.') || isAbsolute(name) ? loadOwn(name, folder) : loadAdapter(name));
    if (adapter !== undefined) adapters.set(name, adapter);
  }
  return adapters;
}

async function loadOwn(path: string, folder: string): Promise<Adapter> {
  const { loadExternalAdapter } = await import('../../adapters/external/load.ts');
  const loaded = await loadExternalAdapter(path, folder);
  if (loaded.ok) return loaded.value;
  throw new Fault('usage', loaded.error.message, loaded.error.remedy);
}

/** Every text that stands under the key, wherever it stands: what must be read before the playbook can be checked. */
export function usedNames(data: Json, key: 'uses' | 'script'): Set<string> {
  if (typeof data !== 'object' || data === null) return new Set();
  const names = new Set<string>();
  for (const [name, value] of Object.entries<Json>(data as { readonly [name: string]: Json })) {
    if (name === key && typeof value === 'string') names.add(value);
    else for (const inner of usedNames(value, key)) names.add(inner);
  }
  return names;
}

export interface PlanAndAdapters {
  readonly plan: Plan;
  readonly adapters: Adapters;
  readonly warnings: readonly Diagnostic[];
  /** What the playbook asks before a real run. */
  readonly policy: NonNullable<PlaybookContent['policy']>;
  /** Values that were given for another plan: those of a change's way back. */
  readonly paramsBack?: JsonObject;
}

/** The plan for this call; every fault of the playbook and of the parameters at once. */
export async function loadPlan(
  call: Invocation,
  surface: Surface,
): Promise<Result<PlanAndAdapters, readonly Diagnostic[]>> {
  return planLoaded(await loadPlaybook(call.args[0] ?? '', surface.cwd), call, surface);
}

/**
 * The same for what was read already. `standIn` is asked first for the hosts of an inventory; `elsewhere` names parameters
 * that this call gives for another plan.
 */
export async function planLoaded(
  loaded: CheckedPlaybook,
  call: Invocation,
  surface: Surface,
  standIn?: ReadInventory,
  elsewhere: ReadonlySet<string> = new Set(),
): Promise<Result<PlanAndAdapters, readonly Diagnostic[]>> {
  if (loaded.playbook === undefined) return err(loaded.diagnostics);
  const warnings: Diagnostic[] = [...loaded.diagnostics];
  const occasion = await occasionOf(loaded, call, surface, warnings, standIn, elsewhere);
  const planned = await makePlan(loaded.playbook, occasion);
  if (!planned.ok) return err(planned.error);
  return ok({ plan: planned.value, adapters: loaded.adapters, warnings, policy: loaded.playbook.content.policy ?? {} });
}

/** What this call gives beside the playbook itself. */
export async function occasionOf(
  loaded: CheckedPlaybook,
  call: Invocation,
  surface: Surface,
  warnings: Diagnostic[],
  standIn?: ReadInventory,
  elsewhere: ReadonlySet<string> = new Set(),
): Promise<Occasion> {
  const folder = dirname(loaded.file);
  const { paramsFile } = await readParamsFile(call.flag('params-file'), surface.cwd);
  const readInventory = await inventoryReader(loaded.document?.source.text ?? '', folder, warnings);
  return {
    folder,
    playbookFile: loaded.file,
    playbookDigest: loaded.digest,
    params: withoutNames(givenParams(call), elsewhere),
    paramsFile: withoutNames(paramsFile, elsewhere),
    ...jobsOf(call.flag('jobs')),
    scripts: scriptsOf(loaded.playbook?.content ?? {}, folder),
    readInventory: (source) => {
      const stood = standIn?.(source);
      return stood?.ok === true ? stood : readInventory(source);
    },
    adapters: factsOf(loaded.adapters),
  };
}

export type Scripts = ReadonlyMap<string, { readonly sha256: string }>;

/** The scripts of the plan itself; those that clean up after a rehearsal are none of it. */
export function scriptsOf(content: Pick<PlaybookContent, 'phases' | 'escalate'>, folder: string): Scripts {
  const scripts = new Map<string, { readonly sha256: string }>();
  const { phases, escalate } = content;
  // What was read from a file is plain data.
  for (const script of usedNames([phases ?? null, escalate ?? null] as Json, 'script'))
    collectScript(script, folder, scripts);
  return scripts;
}

/** Reading inventories is loaded only for a playbook that names hosts. */
async function inventoryReader(text: string, folder: string, warnings: Diagnostic[]): Promise<ReadInventory> {
  if (!/\bhosts\b/.test(text)) return () => err('no inventory can be read here');
  const { createInventoryReader } = await import('./read-inventory.ts');
  return createInventoryReader(folder, warnings);
}

/** The script and what it imports from beside itself. A file that is not there is left to the plan's own check. */
function collectScript(path: string, folder: string, scripts: Map<string, { readonly sha256: string }>): void {
  const absolute = resolve(folder, path);
  const name = relative(folder, absolute);
  if (scripts.has(name) || name.startsWith('..') || isAbsolute(name) || !existsSync(absolute)) return;
  const text = readFileSync(absolute);
  scripts.set(name, { sha256: sha256(text) });
  for (const imported of relativeImports(text.toString('utf8')))
    collectScript(resolve(dirname(absolute), imported), folder, scripts);
}

function withoutNames<Value>(
  given: { readonly [name: string]: Value },
  names: ReadonlySet<string>,
): { readonly [name: string]: Value } {
  return names.size === 0 ? given : Object.fromEntries(Object.entries(given).filter(([name]) => !names.has(name)));
}

export function givenParams(call: Invocation, flag = 'param'): Record<string, string> {
  const params: Record<string, string> = {};
  for (const given of call.flags(flag)) {
    const equals = given.indexOf('=');
    if (equals < 1)
      throw new Fault('usage', `--${flag} ${given} is not NAME=VALUE`, `Write for example --${flag} release=41`);
    params[given.slice(0, equals)] = given.slice(equals + 1);
  }
  return params;
}

async function readParamsFile(file: string | undefined, cwd: string): Promise<{ readonly paramsFile: JsonObject }> {
  if (file === undefined) return { paramsFile: {} };
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('usage', `the parameters file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const yaml = await import('yaml');
  try {
    const value: unknown = yaml.parse(text, { version: '1.2', maxAliasCount: 100 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { paramsFile: value as JsonObject };
  } catch (error) {
    throw new Fault(
      'usage',
      `the parameters file ${path} is not valid YAML: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    );
  }
  throw new Fault(
    'usage',
    `the parameters file ${path} does not hold names and values`,
    'Write one `name: value` a line.',
  );
}

function jobsOf(text: string | undefined): { readonly jobs?: number } {
  if (text === undefined) return {};
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Fault('usage', `--jobs ${text} is not a whole number from 1`);
  return { jobs };
}
