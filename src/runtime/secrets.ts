/** Reading the plan's secrets: from the environment, a file, or a short command. Values stay in memory (P9). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { minimumSecretLength } from '../kernel/redaction.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { Plan, SecretSource } from '../plan/plan.ts';

export interface Secrets {
  readonly values: ReadonlyMap<string, string>;
  /** Name → why it could not be had. */
  readonly missing: ReadonlyMap<string, string>;
}

type Environment = { readonly [name: string]: string | undefined };
const commandTimeoutMs = 30_000;

export async function readSecrets(plan: Plan, env: Environment): Promise<Secrets> {
  const values = new Map<string, string>();
  const missing = new Map<string, string>();
  const forCommands = without(plan.rehearsal?.hides ?? [], env);
  for (const [name, source] of Object.entries(plan.secrets)) {
    const read =
      'command' in source
        ? await runSecretCommand(source.command, plan.folder, forCommands)
        : readSecret(source, plan.folder, env);
    const usable = read.ok ? checked(read.value) : read;
    if (usable.ok) values.set(name, usable.value);
    else missing.set(name, usable.error);
  }
  return { values, missing };
}

type Kept = Exclude<SecretSource, { readonly command: readonly string[] }>;

function readSecret(source: Kept, folder: string, env: Environment): Result<string, string> {
  if ('file' in source) return readSecretFile(resolve(folder, source.file));
  const value = env[source.env];
  return value === undefined ? err(`the environment variable ${source.env} is not set`) : ok(value);
}

function readSecretFile(path: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    return err(`the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** It may need what other secrets are read from, such as a token; but in a rehearsal not what was replaced there. */
async function runSecretCommand(
  command: readonly string[],
  folder: string,
  env: Record<string, string>,
): Promise<Result<string, string>> {
  const [program = '', ...args] = command;
  const { execa } = await import('execa');
  const how = {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
    timeout: commandTimeoutMs,
    stdin: 'ignore',
  } as const;
  const ended = await execa(program, args, how);
  if (ended.failed) return err(`the command ${program} failed: ${ended.shortMessage ?? ''} ${ended.stderr}`.trim());
  return ok(ended.stdout);
}

function checked(value: string): Result<string, string> {
  if (value.length >= minimumSecretLength) return ok(value);
  return err(`it is shorter than ${minimumSecretLength} characters, so it could not be kept out of logs`);
}

/** The environment that steps inherit: the engine's, less the variables that secrets are read from. */
export const inheritedEnv = (plan: Plan, env: Environment): Record<string, string> =>
  without(secretVariables(plan), env);

/** Those that secrets are read from; of a rehearsal also production's that are replaced there. */
export function secretVariables({ secrets, rehearsal }: Pick<Plan, 'secrets' | 'rehearsal'>): readonly string[] {
  const read = Object.values(secrets).flatMap((source) => ('env' in source ? [source.env] : []));
  return [...read, ...(rehearsal?.hides ?? [])];
}

function without(names: readonly string[], env: Environment): Record<string, string> {
  const hidden = new Set(names);
  const left: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && !hidden.has(name)) left[name] = value;
  return left;
}
