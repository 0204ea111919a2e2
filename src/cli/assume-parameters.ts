/**
 * A plan for looking at, where not every required parameter is given: values that suit stand in for those that are
 * missing, and it is said which. For commands that examine a plan and never carry it out.
 */
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { ReadInventory } from '../plan/plan-hosts.ts';
import type { Invocation, Surface } from './invocation.ts';
import { occasionOf, type PlanAndAdapters, planLoaded } from './load-plan.ts';
import { type CheckedPlaybook, loadPlaybook } from './load-playbook.ts';
import { standIns } from './stand-ins.ts';
import { nothingUndecided, type Undecided, undecidedIn } from './undecided.ts';

/** The values that stand in, as text, by the parameter's name; empty where nothing was missing. */
export type Assumed = { readonly [name: string]: string };

export type AssumedPlan = PlanAndAdapters & { readonly assumed: Assumed; readonly undecided: Undecided };

type Planned = Result<PlanAndAdapters, readonly Diagnostic[]>;

/** The plan of `call.args[0]`, with stand-ins for what is missing. */
export async function loadPlanAssuming(
  call: Invocation,
  surface: Surface,
): Promise<Result<AssumedPlan, readonly Diagnostic[]>> {
  return planAssuming(await loadPlaybook(call.args[0] ?? '', surface.cwd), call, surface);
}

/** The same for what was read already. */
export async function planAssuming(
  loaded: CheckedPlaybook,
  call: Invocation,
  surface: Surface,
): Promise<Result<AssumedPlan, readonly Diagnostic[]>> {
  const planned = await planLoaded(loaded, call, surface);
  if (planned.ok) return ok({ ...planned.value, assumed: {}, undecided: nothingUndecided });
  const declared = loaded.playbook?.content.parameters ?? {};
  const missing = Object.entries(declared).filter(([name]) => planned.error.some((each) => isMissing(each, name)));
  const others = planned.error.filter(({ rule }) => rule !== 'missing-parameter');
  if (missing.length === 0 || others.length > 0) return err(planned.error);
  const choices = missing.map(([name, parameter]) => ({ name, values: standIns(parameter) }));
  const attempt = (assumed: Assumed) => planWith(assumed, loaded, call, surface);
  return found(
    await search(choices, attempt),
    missing.map(([name]) => name),
    loaded,
  );
}

/** Whether a step takes part is not for a stand-in to say: such an `if` is left as it is written. */
async function planWith(
  assumed: Assumed,
  loaded: CheckedPlaybook,
  call: Invocation,
  surface: Surface,
): Promise<Planned> {
  if (loaded.playbook === undefined) return err(loaded.diagnostics);
  const { playbook, adapters } = loaded;
  const warnings = [...loaded.diagnostics];
  const occasion = await occasionOf(loaded, withParams(call, assumed), surface, warnings, anyHosts(assumed));
  const planned = await makePlan(playbook, { ...occasion, standIns: new Set(Object.keys(assumed)) });
  if (!planned.ok) return planned;
  return ok({ plan: planned.value, adapters, warnings, policy: playbook.content.policy ?? {} });
}

function isMissing({ rule, message }: Diagnostic, name: string): boolean {
  return rule === 'missing-parameter' && message.startsWith(`parameter ${name} `);
}

interface Searched {
  readonly assumed: Assumed;
  readonly planned: Planned;
}

interface Choice {
  readonly name: string;
  readonly values: readonly string[];
}

/** From the first stand-in of each on: whichever other value leaves fewer faults in the plan is kept. */
async function search(choices: readonly Choice[], attempt: (assumed: Assumed) => Promise<Planned>): Promise<Searched> {
  const first = choices.flatMap(({ name, values: [value] }) => (value === undefined ? [] : [[name, value] as const]));
  let assumed: Assumed = Object.fromEntries(first);
  let planned = await attempt(assumed);
  for (const { name, values } of choices) {
    for (const value of values.slice(1)) {
      if (planned.ok) return { assumed, planned };
      const other = { ...assumed, [name]: value };
      const tried = await attempt(other);
      if (faults(tried) < faults(planned)) [assumed, planned] = [other, tried];
    }
  }
  return { assumed, planned };
}

const faults = (planned: Planned): number => (planned.ok ? 0 : planned.error.length);

/** Where no stand-in suits, the caller is to give values: that is said of each, and what was wrong with the last try. */
async function found(
  { assumed, planned }: Searched,
  missing: readonly string[],
  { playbook }: CheckedPlaybook,
): Promise<Result<AssumedPlan, readonly Diagnostic[]>> {
  if (planned.ok) {
    const undecided = await undecidedIn(planned.value.plan, playbook?.content.parameters ?? {}, Object.keys(assumed));
    return ok({ ...planned.value, assumed, undecided });
  }
  const names = missing.map((name) => `--param ${name}=…`).join(' ');
  const message = `no values that suit were found for the parameters that are not given: ${missing.join(', ')}`;
  const remedy = `Give them, or those that the faults above name: ${names}`;
  const said = playbook?.document.error('missing-parameter', ['parameters'], message, remedy, 'key');
  return err([...planned.error, ...(said === undefined ? [] : [said])]);
}

function withParams(call: Invocation, assumed: Assumed): Invocation {
  const more = Object.entries(assumed).map(([name, value]) => `${name}=${value}`);
  return {
    command: call.command,
    args: call.args,
    flag: (name) => call.flag(name),
    flags: (name) => (name === 'param' ? [...call.flags(name), ...more] : call.flags(name)),
    has: (name) => call.has(name),
  };
}

/** An inventory whose path stands in for one has two hosts. */
function anyHosts(assumed: Assumed): ReadInventory {
  const hosts = ['host-1', 'host-2'].map((name) => ({
    name,
    address: null,
    port: null,
    user: null,
    identityFile: null,
  }));
  return (source) => {
    const text = 'file' in source ? [source.file] : source.command;
    const stands = Object.values(assumed).some((value) => text.some((word) => word.endsWith(value)));
    return stands ? ok(hosts) : err('it stands for nothing');
  };
}
