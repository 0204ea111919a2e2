/**
 * From a planned step on hosts to the worker that does it: every value filled in, for every host the claim under which
 * it is begun or found. The environment here is the worker's (ssh needs it); to the hosts goes only what the step says.
 */
import { readFileSync } from 'node:fs';
import { boundHosts, claimOf, endsOnly, hasSucceeded, heldHosts } from '../../engine/hosts.ts';
import { type Context, stepState } from '../../engine/state.ts';
import { type JsonObject, textOf } from '../../kernel/json.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { Action, AdapterAction, PlannedHosts, PlannedStep, ScriptAction, ShellAction } from '../../plan/plan.ts';
import { workerArgv } from '../../ports/entry.ts';
import { acceptable, explain, need, parseInput, type ResolvedProcess, Unresolvable } from '../attempt/resolve.ts';
import { attemptFolder, attemptKey, type RunSetting } from '../attempt/setting.ts';
import type { Values } from '../attempt/values.ts';
import type { HostOrder, HostsOrder, RemoteCommand } from './order.ts';

type StepOnHosts = PlannedStep & { readonly hosts: PlannedHosts };

export function isOnHosts(step: PlannedStep): step is StepOnHosts {
  return step.hosts !== undefined;
}

export interface OfAttempt {
  readonly step: StepOnHosts;
  readonly attempt: number;
  readonly kind: HostsOrder['kind'];
  /** The attempt's own. */
  readonly folder?: string;
}

export function resolveOnHosts(
  setting: RunSetting,
  { step, attempt, kind, folder = attemptFolder(setting, step.id, attempt) }: OfAttempt,
  values: Values,
  context: Context,
): Result<ResolvedProcess, string> {
  try {
    const way = kind === 'run' && endsOnly(context, step) ? 'end' : kind;
    const { command, does } = way === 'end' ? onlyEnds : remoteCommand(setting, step, attempt, values);
    const { list, ...rules } = way === 'run' ? boundHosts(step, step.hosts) : allAtOnce(step.hosts);
    const held = way === 'end' ? heldHosts(step, stepState(context, step.id)) : undefined;
    const hosts = hostOrders(setting, step, attempt, context).filter(({ name }) => held?.includes(name) ?? true);
    const order: HostsOrder = {
      ...rules,
      kind: way,
      graceMs: step.graceMs,
      folder,
      hosts,
      command,
      redact: setting.forms,
      keepBytes: keepBytes(step.maxOutputBytes, list.length),
    };
    return ok({
      kind: 'process',
      argv: workerArgv('hosts'),
      cwd: setting.plan.folder,
      env: { ...setting.baseEnv },
      stdin: JSON.stringify(order),
      does: [`on ${hostsWords(hosts, list.length)}, ${rules.concurrency} at once`, ...does],
      input: null,
    });
  } catch (error) {
    if (error instanceof Unresolvable) return err(explain(setting, error.message));
    throw error;
  }
}

/** No value is filled in: what is to be ended is named by its claim. */
const onlyEnds: Described = {
  command: { argv: [], script: '', env: {}, stdin: null, cwd: null },
  does: ['end what an earlier attempt may have left there'],
};

/** All are looked at, or ended, whatever is found. */
function allAtOnce(hosts: PlannedHosts): PlannedHosts {
  return { ...hosts, batches: [hosts.list.length], maxFailures: { count: hosts.list.length } };
}

function hostsWords(hosts: readonly HostOrder[], all: number): string {
  const [first, ...others] = hosts.map(({ name }) => name);
  const named = others.length < 4 ? [first, ...others].join(', ') : `${first} … ${others.at(-1)}`;
  const count = hosts.length === 1 ? '1 host' : `${hosts.length} hosts`;
  return `${count}${hosts.length < all ? ` of ${all}` : ''}${first === undefined ? '' : ` (${named})`}`;
}

function hostOrders(setting: RunSetting, step: StepOnHosts, attempt: number, context: Context): readonly HostOrder[] {
  const state = stepState(context, step.id);
  return step.hosts.list
    .filter(({ name }) => !hasSucceeded(state, name))
    .map((host) => ({
      ...host,
      key: remoteKey(attemptKey(setting.run, step.id, claimOf(state, host.name, attempt)), host.name),
    }));
}

/** Also the name of files there. Homes may be shared by hosts, and one machine may have several names. */
function remoteKey(key: string, host: string): string {
  const plain = host.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return `${key}@${plain === host ? host : `${plain}-${sha256(host).slice(0, 8)}`}`;
}

function keepBytes(maxOutputBytes: number, hosts: number): number {
  const share = Math.floor(maxOutputBytes / Math.max(1, hosts) / 2);
  return Math.min(1024 * 1024, Math.max(4 * 1024, share));
}

interface Described {
  readonly command: RemoteCommand;
  readonly does: readonly string[];
}

function remoteCommand(setting: RunSetting, step: StepOnHosts, attempt: number, values: Values): Described {
  const { action } = step;
  if (action.kind === 'manual') throw new Unresolvable('a person is not on a host');
  const common = {
    env: {
      ...remoteEnv(action, values),
      BACKOUT_RUN: setting.run,
      BACKOUT_MODE: setting.mode,
      BACKOUT_SYSTEM: setting.plan.system,
      BACKOUT_STEP: step.id,
      BACKOUT_ATTEMPT_NUMBER: String(attempt),
    },
    stdin: action.stdin === null ? null : need(values.fill(action.stdin)),
    cwd: action.cwd === null ? null : need(values.fill(action.cwd)),
  };
  const { argv, script, does } = commandOf(setting, action, values);
  return { command: { argv, script, ...common }, does };
}

type Words = Pick<RemoteCommand, 'argv' | 'script'> & { readonly does: readonly string[] };

function commandOf(setting: RunSetting, action: Exclude<Action, { readonly kind: 'manual' }>, values: Values): Words {
  switch (action.kind) {
    case 'shell': {
      const shell = action.shell === 'bash' ? ['bash', '-eo', 'pipefail'] : ['/bin/sh', '-e'];
      return { argv: [...shell, null], script: action.text, does: action.source.split('\n') };
    }
    case 'script': {
      const script = readFileSync(`${setting.folder}/files/${action.file}`, 'utf8');
      const args = action.args.map((template) => acceptable('args', need(values.fill(template))));
      return {
        argv: [...interpreterOf(script), null, ...args],
        script,
        does: [`script ${[action.file, ...args].join(' ')}`],
      };
    }
    case 'adapter':
      return adapterWords(setting, action, values);
  }
}

/** As the kernel reads a first line `#!/bin/bash -e`; a home may be mounted so that nothing in it can be executed. */
function interpreterOf(script: string): readonly string[] {
  const [, program, argument] = /^#![ \t]*(\S+)(?:[ \t]+(\S[^\n]*?))?[ \t]*\r?\n/.exec(script) ?? [];
  if (program === undefined) return ['/bin/sh'];
  return argument === undefined ? [program] : [program, argument];
}

function adapterWords(setting: RunSetting, action: AdapterAction, values: Values): Words {
  const adapter = setting.adapters.get(action.adapter);
  if (adapter?.command === undefined) throw new Unresolvable(`the adapter ${action.adapter} cannot be used on hosts`);
  const input = parseInput(adapter, need(values.fillValue(action.input)) as JsonObject);
  const { argv } = adapter.command(input, { folder: setting.plan.folder, key: '', env: {} });
  return { argv, script: '', does: adapter.describe(input) };
}

function remoteEnv(action: ShellAction | ScriptAction | AdapterAction, values: Values): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, template] of Object.entries(action.env)) env[name] = acceptable(name, need(values.fill(template)));
  if (action.kind !== 'shell') return env;
  for (const { variable, expression } of action.bindings) {
    const value = need(values.evaluate(expression));
    if (value === null) throw new Unresolvable(`\${{ ${expression} }} has no value (null)`);
    env[variable] = acceptable(expression, textOf(value));
  }
  return env;
}
