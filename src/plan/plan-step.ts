/** A step as written → a step of the plan: defaults, durations and the forms of its action settled. */
import { posix } from 'node:path';
import { parseDuration } from '../kernel/duration.ts';
import type { AdapterTable } from '../playbook/adapter-facts.ts';
import type { Path, StepContent, StepSite, VerifyContent } from '../playbook/content.ts';
import { tellingPlaces } from '../playbook/phases.ts';
import { inputFaults, type Validate } from '../playbook/rules/adapter-input.ts';
import { effectiveNeeds } from '../playbook/rules/order.ts';
import { rewriteShell } from '../playbook/shell-references.ts';
import { parseSize } from '../playbook/size.ts';
import type { Filler } from './fill.ts';
import type {
  Action,
  AdapterAction,
  Expectation,
  PlannedStep,
  Retry,
  ScriptAction,
  ShellAction,
  TextExpectation,
  Until,
  Verification,
} from './plan.ts';
import { planHosts, type ReadInventory } from './plan-hosts.ts';

export interface Planning {
  readonly filler: Filler;
  readonly adapters: AdapterTable;
  readonly validate: Validate;
  /** Names of the files that are frozen with the plan. */
  readonly frozen: ReadonlySet<string>;
  readonly readInventory: ReadInventory | undefined;
  /** Makes a path of the playbook absolute. */
  readonly absolute: (path: string) => string;
}

type Written = StepContent | VerifyContent;
type ProcessAction = ShellAction | ScriptAction | AdapterAction;

export function planStep(planning: Planning, site: StepSite, contingency: readonly PlannedStep[]): PlannedStep {
  const { step, path, id, place } = site;
  const { filler, adapters } = planning;
  const adapter = step.uses === undefined ? undefined : adapters.get(step.uses);
  const condition = filler.condition(step.if, [...path, 'if']);
  const before = filler.diagnostics.length;
  const planned: PlannedStep = {
    id,
    name: step.name === undefined ? id : filler.text(step.name, [...path, 'name']),
    owner: step.owner ?? null,
    place,
    needs: site.parent === undefined ? [...new Set(effectiveNeeds(site))] : [],
    condition,
    action: planAction(planning, site),
    timeoutMs: timeoutOf(step, adapter?.defaultTimeoutMs ?? null),
    graceMs: ms(step.grace, 10_000),
    retry: planRetry(step.retry),
    verify: step.verify === undefined ? null : planVerify(planning, step.verify, [...path, 'verify'], id),
    until: planUntil(step.until),
    onUnknown: step.onUnknown ?? 'ask',
    onFailure: step.onFailure ?? (tellingPlaces.has(place) && step.required !== true ? 'continue' : 'stop'),
    contingency,
    required: step.required ?? false,
    cancellable: step.cancellable ?? true,
    maxOutputBytes: parseSize(step.maxOutput ?? '64MiB') ?? 0,
    answerWithinMs: ms(step.answerWithin, 1_800_000),
    repeatable: adapter?.repeatable ?? false,
    ...(step.hosts === undefined ? {} : { hosts: planHosts(planning, step.hosts, [...path, 'hosts']) }),
  };
  if (condition !== true) filler.forget(before, condition);
  return planned;
}

export function ms<Default>(written: string | undefined, otherwise: Default): number | Default {
  return written === undefined ? otherwise : (parseDuration(written) ?? otherwise);
}

/** An adapter's own limit is for one try; a step that repeats until it holds gets that much beyond its time. */
function timeoutOf(step: StepContent, adapterDefault: number | null): number | null {
  if (step.timeout !== undefined) return ms(step.timeout, null);
  if (adapterDefault === null || step.until === undefined) return adapterDefault;
  return adapterDefault + ms(step.until.within, 60_000);
}

function planRetry(retry: StepContent['retry']): Retry {
  return {
    attempts: retry?.attempts ?? 1,
    delayMs: ms(retry?.delay, 5_000),
    factor: retry?.factor ?? 2,
    maxDelayMs: ms(retry?.maxDelay, 60_000),
    jitter: retry?.jitter ?? true,
    onExitCodes: retry?.onExitCodes ?? null,
    onVerify: retry?.onVerify ?? false,
  };
}

function planUntil(until: StepContent['until']): Until | null {
  if (until === undefined) return null;
  return {
    successes: until.successes ?? 1,
    everyMs: ms(until.every, 2_000),
    withinMs: ms(until.within, 60_000),
    failures: until.failures ?? null,
    errors: until.errors ?? null,
  };
}

function planAction(planning: Planning, { step, path, id }: StepSite): Action {
  if (step.manual !== undefined) {
    return { kind: 'manual', instruction: planning.filler.text(step.manual, [...path, 'manual']) };
  }
  return planProcess(planning, step, path, id);
}

function planProcess(planning: Planning, step: Written, path: Path, id: string): ProcessAction {
  const { filler } = planning;
  const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, filler.text(value, [...path, 'env', name])]);
  const common = {
    cwd: step.cwd === undefined ? null : filler.text(step.cwd, [...path, 'cwd']),
    env: Object.fromEntries(env) as { readonly [name: string]: string },
    stdin: step.stdin === undefined ? null : filler.text(step.stdin, [...path, 'stdin']),
  };
  if (step.uses !== undefined)
    return { kind: 'adapter', adapter: step.uses, input: planInput(planning, step, path), ...common };
  if (step.script !== undefined) {
    const args = (step.args ?? []).map((arg, index) => filler.text(arg, [...path, 'args', index]));
    return { kind: 'script', file: scriptFile(planning, step.script, path, id), args, ...common };
  }
  return { ...planShell(filler, step, path), ...common };
}

function planShell(filler: Filler, step: Written, path: Path) {
  const source = step.run ?? '';
  const rewritten = rewriteShell(source);
  const { text, bindings } = rewritten.ok ? rewritten.value : { text: source, bindings: [] };
  for (const { expression } of bindings) filler.probe(expression, [...path, 'run']);
  return { kind: 'shell', shell: step.shell ?? 'sh', text, source, bindings } as const;
}

/** Filled, and looked at again: a value may show what a `${{ … }}` did not. */
function planInput({ filler, adapters, validate }: Planning, step: Written, path: Path) {
  const here = [...path, 'with'];
  const input = filler.object(step.with ?? {}, here);
  const adapter = adapters.get(step.uses ?? '');
  if (adapter !== undefined) filler.diagnostics.push(...inputFaults(filler.document, validate, adapter, input, here));
  return input;
}

/** `./scripts/x.mjs` → `scripts/x.mjs`. */
export function frozenName(script: string): string {
  return posix.normalize(script);
}

function scriptFile({ filler, frozen }: Planning, script: string, path: Path, id: string): string {
  const name = frozenName(script);
  if (!frozen.has(name)) {
    const message = `step ${id}: there is no readable script ${script} beside the playbook`;
    const remedy = 'Correct the path; it is relative to the playbook.';
    filler.diagnostics.push(filler.document.error('missing-script', [...path, 'script'], message, remedy));
  }
  return name;
}

function planVerify(planning: Planning, verify: VerifyContent, path: Path, id: string): Verification {
  const { expect } = verify;
  const here = [...path, 'expect'];
  const expectation: Expectation = {
    exitCode: expect?.exitCode ?? 0,
    stdout: planText(planning.filler, expect?.stdout, [...here, 'stdout']),
    stderr: planText(planning.filler, expect?.stderr, [...here, 'stderr']),
  };
  return { action: planProcess(planning, verify, path, id), expect: expectation };
}

type WrittenText = NonNullable<VerifyContent['expect']>['stdout'];

function planText(filler: Filler, written: WrittenText, path: Path): TextExpectation | null {
  if (written === undefined) return null;
  const { equals, contains, matches } = written;
  return {
    equals: equals === undefined ? null : filler.text(equals, [...path, 'equals']),
    contains: contains === undefined ? null : filler.text(contains, [...path, 'contains']),
    matches: matches ?? null,
  };
}
