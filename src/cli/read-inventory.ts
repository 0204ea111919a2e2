/** Inventories for a plan: from a file, or from a program that prints JSON. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import * as yaml from 'yaml';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { readData } from '../plan/inventory/data.ts';
import { parseIni } from '../plan/inventory/ini.ts';
import { type Inventory, selectHosts, twins, unread } from '../plan/inventory/inventory.ts';
import type { InventorySource, ReadInventory } from '../plan/plan-hosts.ts';

const commandTimeoutMs = 30_000;
const largestBytes = 32 * 1024 * 1024;

/** What is strange but no fault is added to `warnings`, once. */
export function createInventoryReader(folder: string, warnings: Diagnostic[]): ReadInventory {
  const read = new Map<string, Result<Inventory, string>>();
  return (source) => {
    const key = JSON.stringify('file' in source ? source.file : source.command);
    const isNew = !read.has(key);
    const inventory = read.get(key) ?? readSource(source, folder);
    read.set(key, inventory);
    if (!inventory.ok) return inventory;
    const hosts = selectHosts(inventory.value, source.groups);
    if (!hosts.ok) return err(`${nameOf(source)}: ${hosts.error}`);
    const strange = [
      ...(isNew ? [...inventory.value.warnings, ...unread(inventory.value)] : []),
      ...twins(hosts.value),
    ];
    warnings.push(...strange.map((message) => warning(source, message)));
    return hosts;
  };
}

function warning(source: InventorySource, message: string): Diagnostic {
  const told = message.startsWith(nameOf(source)) ? message : `${nameOf(source)}: ${message}`;
  return { severity: 'warning', rule: 'inventory', message: told };
}

const nameOf = (source: InventorySource): string =>
  'file' in source ? source.file : `the inventory program ${source.command[0]}`;

function readSource(source: InventorySource, folder: string): Result<Inventory, string> {
  if ('command' in source) return readCommand(source.command, folder);
  const text = readText(resolve(folder, source.file), source.file);
  if (!text.ok) return text;
  const kind = extname(source.file).toLowerCase();
  if (kind === '.json') return readJson(text.value, source.file);
  return kind === '.yaml' || kind === '.yml' ? readYaml(text.value, source.file) : parseIni(text.value, source.file);
}

function readText(path: string, shown: string): Result<string, string> {
  try {
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return err(`the inventory ${shown} cannot be read: ${code === 'ENOENT' ? `there is no ${path}` : code}`);
  }
}

function readJson(text: string, name: string): Result<Inventory, string> {
  try {
    return readData(JSON.parse(text), name);
  } catch (error) {
    return err(`${name} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** YAML 1.1, as Ansible reads it. */
function readYaml(text: string, name: string): Result<Inventory, string> {
  try {
    return readData(yaml.parse(text, { version: '1.1', maxAliasCount: 1_000 }), name);
  } catch (error) {
    return err(
      `${name} is no valid YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
    );
  }
}

function readCommand([program = '', ...args]: readonly string[], folder: string): Result<Inventory, string> {
  const name = `the inventory program ${program}`;
  const path = program.includes('/') ? resolve(folder, program) : program;
  try {
    const options = { cwd: folder, encoding: 'utf8', timeout: commandTimeoutMs, maxBuffer: largestBytes } as const;
    return readJson(
      execFileSync(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }),
      `the output of ${program}`,
    );
  } catch (error) {
    const { code, status, signal, stderr } = error as NodeJS.ErrnoException & Ended;
    if (code === 'ENOENT') return err(`${name} is not there`);
    if (code === 'EACCES') return err(`${name} may not be executed`);
    if (code === 'ETIMEDOUT') return err(`${name} did not end within ${commandTimeoutMs / 1_000} s`);
    const said =
      String(stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) ?? '';
    return err(`${name} failed: ${signal ?? `exit code ${status}`}${said === '' ? '' : `: ${said}`}`);
  }
}

interface Ended {
  readonly status?: number | null;
  readonly signal?: string | null;
  readonly stderr?: string;
}
