/** What a call gives for a plan: `--param`, `--params-file`, `--jobs`. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Fault } from '../kernel/fault.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Invocation } from './invocation.ts';

export function withoutNames<Value>(
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

export async function readParamsFile(
  file: string | undefined,
  cwd: string,
): Promise<{ readonly paramsFile: JsonObject }> {
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

export function jobsOf(text: string | undefined): { readonly jobs?: number } {
  if (text === undefined) return {};
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Fault('usage', `--jobs ${text} is not a whole number from 1`);
  return { jobs };
}
