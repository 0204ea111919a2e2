/**
 * From a planned action to what is really done: expressions filled in, environment complete, argv exact.
 * A secret that is missing, or a value that cannot be filled in, refuses this step and no other.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JsonObject, textOf } from '../../kernel/json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Action, AdapterAction, ScriptAction, ShellAction } from '../../plan/plan.ts';
import type { Adapter, AdapterCommand } from '../../ports/adapter.ts';
import type { RunSetting } from './setting.ts';
import type { Values } from './values.ts';

export interface ResolvedProcess {
  readonly kind: 'process';
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly stdin: string | null;
  readonly does: readonly string[];
  /** The adapter's parsed input; null where a shell or a script does it. */
  readonly input: unknown;
}
export interface ResolvedPerformance {
  readonly kind: 'perform';
  readonly adapter: Adapter;
  readonly input: unknown;
  readonly env: { readonly [name: string]: string };
  readonly does: readonly string[];
}
export interface ResolvedTask {
  readonly kind: 'manual';
  readonly instruction: string;
  readonly does: readonly string[];
}
export type Resolved = ResolvedProcess | ResolvedPerformance | ResolvedTask;

/** A value that cannot go into a process's environment: Linux takes no more than 128 KiB for one string. */
const longestValue = 120 * 1024;

export function resolveAction(
  setting: RunSetting,
  action: Action,
  values: Values,
  key: string,
): Result<Resolved, string> {
  try {
    return ok(resolveOrThrow(setting, action, values, key));
  } catch (error) {
    if (error instanceof Unresolvable) return err(explain(setting, error.message));
    throw error;
  }
}

/** Stops the filling of one action; never leaves `resolveAction` and `resolveOnHosts`. */
export class Unresolvable extends Error {}

/** A secret that was not there is the likelier cause than the expression that asked for it. */
export function explain(setting: RunSetting, message: string): string {
  for (const [name, why] of setting.missingSecrets)
    if (message.includes(name)) return `the secret ${name} is missing: ${why}`;
  return message;
}

export function need<T>(result: Result<T, string>): T {
  if (result.ok) return result.value;
  throw new Unresolvable(result.error);
}

function resolveOrThrow(setting: RunSetting, action: Action, values: Values, key: string): Resolved {
  if (action.kind === 'manual') {
    const instruction = need(values.fill(action.instruction));
    return { kind: 'manual', instruction, does: [instruction] };
  }
  const env = environment(setting, action, values);
  const cwd = workingFolder(setting, action.cwd, values);
  const stdin = action.stdin === null ? null : need(values.fill(action.stdin));
  if (action.kind === 'adapter') return adapterAction(setting, action, values, { key, env, cwd, stdin });
  const argv = action.kind === 'shell' ? shellArgv(action) : scriptArgv(setting, action, values);
  const does =
    action.kind === 'shell'
      ? action.source.split('\n')
      : [`script ${action.file} ${argv.slice(3).join(' ')}`.trimEnd()];
  return { kind: 'process', argv, cwd, env, stdin, does, input: null };
}

function workingFolder(setting: RunSetting, cwd: string | null, values: Values): string {
  const folder = cwd === null ? setting.plan.folder : resolvePath(setting.plan.folder, need(values.fill(cwd)));
  if (!existsSync(folder)) throw new Unresolvable(`the folder ${folder}, where the step is to start, does not exist`);
  return folder;
}

function environment(
  setting: RunSetting,
  action: ShellAction | ScriptAction | AdapterAction,
  values: Values,
): Record<string, string> {
  const env: Record<string, string> = { ...setting.baseEnv };
  for (const [name, template] of Object.entries(action.env)) env[name] = acceptable(name, need(values.fill(template)));
  if (action.kind === 'shell') {
    for (const { variable, expression } of action.bindings) {
      const value = need(values.evaluate(expression));
      if (value === null) throw new Unresolvable(`\${{ ${expression} }} has no value (null)`);
      env[variable] = acceptable(expression, textOf(value));
    }
  }
  env.BACKOUT_RUN = setting.run;
  env.BACKOUT_MODE = setting.mode;
  if (setting.plan.rehearsal !== undefined) env.BACKOUT_ENVIRONMENT = setting.plan.rehearsal.environment;
  env.BACKOUT_SYSTEM = setting.plan.system;
  env.BACKOUT_FOLDER = setting.plan.folder;
  return env;
}

export function acceptable(name: string, value: string): string {
  if (value.includes('\0'))
    throw new Unresolvable(`the value of ${name} holds a NUL character, which no environment variable can`);
  if (Buffer.byteLength(value) > longestValue) {
    throw new Unresolvable(
      `the value of ${name} is ${Buffer.byteLength(value)} bytes long; a step can be given at most ${longestValue}`,
    );
  }
  return value;
}

function shellArgv(action: ShellAction): [string, ...string[]] {
  return action.shell === 'bash'
    ? ['bash', '-eo', 'pipefail', '-c', action.text]
    : ['/bin/sh', '-e', '-c', action.text];
}

/** The runner lies beside this code: as TypeScript in the source tree, bundled in `dist/`. */
function scriptRunner(): string {
  const bundled = fileURLToPath(new URL('./script-runner.js', import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('../../cli/script-runner.ts', import.meta.url));
}

function scriptArgv(setting: RunSetting, action: ScriptAction, values: Values): [string, ...string[]] {
  const args = action.args.map((template) => acceptable('args', need(values.fill(template))));
  return [process.execPath, scriptRunner(), `${setting.folder}/files/${action.file}`, ...args];
}

interface Surroundings {
  readonly key: string;
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  readonly stdin: string | null;
}

function adapterAction(setting: RunSetting, action: AdapterAction, values: Values, at: Surroundings): Resolved {
  const adapter = setting.adapters.get(action.adapter);
  if (adapter === undefined) throw new Unresolvable(`the adapter ${action.adapter} is not there`);
  const input = parseInput(adapter, need(values.fillValue(action.input)) as JsonObject);
  const does = adapter.describe(input);
  if (adapter.command === undefined) return { kind: 'perform', adapter, input, env: at.env, does };
  const command = adapter.command(input, { folder: setting.plan.folder, key: at.key, env: at.env });
  return { kind: 'process', does, input, ...processOf(command, at) };
}

function processOf(command: AdapterCommand, at: Surroundings): Omit<ResolvedProcess, 'kind' | 'does' | 'input'> {
  const [program, ...rest] = command.argv;
  const path = program.includes('/') && !isAbsolute(program) ? resolvePath(at.cwd, program) : program;
  return { argv: [path, ...rest], cwd: at.cwd, env: { ...at.env, ...command.env }, stdin: command.stdin ?? at.stdin };
}

/** The adapter's own schema has the last word, now that every value is known. */
export function parseInput(adapter: Adapter, input: JsonObject): unknown {
  const parsed = adapter.input['~standard'].validate(input);
  if (parsed instanceof Promise) throw new Unresolvable(`the schema of ${adapter.name} is asynchronous`);
  if (parsed.issues === undefined) return parsed.value;
  const issues = parsed.issues.map(
    (issue) => `${(issue.path ?? []).map(String).join('.') || 'with'}: ${issue.message}`,
  );
  throw new Unresolvable(`the adapter ${adapter.name} refuses its input: ${issues.join('; ')}`);
}
