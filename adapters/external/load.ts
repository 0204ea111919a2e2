/** A user's own adapter, named in the playbook by its path: a module, or any executable. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { err, type Result } from '../../src/kernel/result.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { statOf } from '../support/durable.ts';
import { reasonOf } from '../support/reason.ts';
import type { Asked } from './executable.ts';

export interface Unloadable {
  readonly message: string;
  readonly remedy: string;
}

const modules: ReadonlySet<string> = new Set(['.mjs', '.js', '.ts', '.mts']);

/** `path` as the playbook has it, relative to `folder`. `hidden`: variables that a program is not given when it is asked. */
export async function loadExternalAdapter(
  path: string,
  folder: string,
  hidden: readonly string[] = [],
): Promise<Result<Adapter, Unloadable>> {
  const file = resolve(folder, path);
  if (statOf(file) === undefined) {
    return err({
      message: `the adapter ${path} is not there (${file})`,
      remedy: 'Correct the path: it is relative to the playbook.',
    });
  }
  return modules.has(extname(file)) ? loadModule(path, file) : loadExecutable(path, file, { folder, hidden });
}

async function loadModule(path: string, file: string): Promise<Result<Adapter, Unloadable>> {
  const remedy = 'Export an adapter as `default` or as `adapter`; `defineAdapter` of backout/adapter gives its type.';
  try {
    const exported: { readonly default?: unknown; readonly adapter?: unknown } = await import(pathToFileURL(file).href);
    const { asAdapter } = await import('./shape.ts');
    const adapter = asAdapter(exported.adapter ?? exported.default);
    return adapter.ok ? adapter : err({ message: `${path} exports no adapter: ${adapter.error}`, remedy });
  } catch (error) {
    return err({ message: `the adapter ${path} cannot be loaded: ${reasonOf(error)}`, remedy });
  }
}

async function loadExecutable(path: string, file: string, at: Asked): Promise<Result<Adapter, Unloadable>> {
  try {
    await access(file, constants.X_OK);
  } catch {
    return err({ message: `the adapter ${path} may not be executed`, remedy: `Make it executable: chmod +x ${path}` });
  }
  const { executableAdapter } = await import('./executable.ts');
  const adapter = await executableAdapter(path, file, at);
  if (adapter.ok) return adapter;
  return err({
    message: adapter.error,
    remedy: 'It must read one JSON request on standard input and answer `describe` with one JSON document.',
  });
}
