/**
 * The laws as properties of random scenarios: each says which promise it holds (P…), what it wants of its scenarios,
 * and what breaks it. Used by `laws.test.ts` and by `planted-faults.ts`.
 */
import fc from 'fast-check';
import { createVerifier } from '../../src/journal/audit.ts';
import { phases } from '../../src/plan/plan.ts';
import { aScenario, everything, type Wish } from './arbitrary.ts';
import { breachesOf } from './laws.ts';
import { tell } from './model-world.ts';
import type { Scenario } from './scenario.ts';
import type { Breach, Trace } from './trace.ts';
import { heldUpByUpdates, isOfUpdate, undisturbed, untriedUpdates } from './updates.ts';

export interface Law {
  readonly name: string;
  readonly promise: string;
  /** Each scenario is made for one of them. */
  readonly wishes: readonly Wish[];
  /** What is wrong with the scenario's telling; undefined when nothing is. */
  readonly breach: (scenario: Scenario) => string | undefined;
}

const meddled: Wish = { ...everything, maxWords: 30, meddlers: true, maxCrashes: 4, luck: 3 };

const onlyIts = (law: Breach['law']) => (scenario: Scenario) =>
  breachesOf(tell(scenario)).find((breach) => breach.law === law || breach.law === 'fault')?.text;

/** No crash leaves a doubt and no time passes while no engine runs: then a crash must leave no mark at all. */
const harmless: Wish = { ...everything, doubt: false, downtime: false, attaches: false };

/** Nothing happens but what the plan and the world bring about; who pauses has it go on again. */
const untroubled: Wish = { ...everything, maxSteps: 15, maxCrashes: 0 };

export const laws: readonly Law[] = [
  {
    name: 'P1 access gate',
    promise: 'nothing is restored before access is closed, and access stays closed until health is proven and fresh',
    wishes: [everything, meddled],
    breach: onlyIts('P1'),
  },
  {
    name: 'P2 told',
    promise: 'whatever way a run ends, those who are to hear of it were told, or telling them was tried',
    wishes: [everything, meddled],
    breach: onlyIts('P2'),
  },
  {
    name: 'P2 telling holds nothing up',
    promise: 'a message that never ends holds the next phase 10 seconds, and escalation not at all',
    wishes: [{ ...harmless, maxWords: 0 }],
    breach: heldUp,
  },
  {
    name: 'P2 updates hold nothing up',
    promise: 'with regular updates, whatever becomes of them, every step begins and ends when it does without',
    wishes: [untroubled],
    breach: (scenario) => heldUpByUpdates(undisturbed(scenario)),
  },
  {
    name: 'P2 updates are tried',
    promise: 'every update that is due is tried at once, or the one before is still on its way; none after the end',
    wishes: [untroubled],
    breach: (scenario) => untriedUpdates(undisturbed(scenario)),
  },
  {
    name: 'P3 written first',
    promise: 'an attempt begins when its intent is on the disk, and after what it needs is over on the disk',
    wishes: [everything],
    breach: onlyIts('P3'),
  },
  {
    name: 'P4 never twice',
    promise: 'what succeeded is not run again, and no attempt begins twice or beside a living predecessor',
    wishes: [everything, meddled],
    breach: onlyIts('P4'),
  },
  {
    name: 'P5 same answer',
    promise: 'every prefix of the journal gives the state and the commands that the engine had there',
    wishes: [everything, meddled],
    breach: onlyIts('P5'),
  },
  {
    name: 'P4 a crash leaves no mark',
    promise: 'without doubt and without lost time, the journal after any crashes equals the one without, byte for byte',
    wishes: [harmless],
    breach: marked,
  },
  {
    name: 'P4 a crash changes no result',
    promise: 'a resumed run comes to the uncrashed one’s end, but for times and the resume entries',
    wishes: [{ ...harmless, maxWords: 0, attaches: true }],
    breach: changed,
  },
  {
    name: 'P8 nothing written is lost',
    promise: 'what was on the disk before a crash stays byte for byte, and the chain verifies over all parts',
    wishes: [everything],
    breach: lostEntries,
  },
  {
    name: 'truth of the data',
    promise: 'it is told as untouched exactly when every attempt at restoring it has ended without a change',
    wishes: [everything, meddled],
    breach: onlyIts('truth'),
  },
  {
    name: 'every run ends',
    promise: 'or waits for a person, or for what never ends',
    wishes: [everything, meddled],
    breach: onlyIts('end'),
  },
  {
    name: 'refused is not recorded',
    promise: 'a decision is recorded exactly when it is not refused',
    wishes: [{ ...everything, maxWords: 20, maxCrashes: 2 }],
    breach: onlyIts('refusal'),
  },
];

/** A random scenario for the law, and whether the law holds of it. */
export function propertyOf({ wishes, breach, name, promise }: Law) {
  return fc.property(fc.oneof(...wishes.map(aScenario)), (scenario) => {
    const text = breach(scenario);
    if (text !== undefined) throw new Error(`${name}: ${promise}.\nBroken: ${text}`);
  });
}

function withoutCrashes(scenario: Scenario): Trace {
  return tell({ ...scenario, crashes: [], fullAtAppend: 0 });
}

function marked(scenario: Scenario): string | undefined {
  const crashed = tell({ ...scenario, fullAtAppend: 0 });
  const whole = withoutCrashes(scenario);
  if (crashed.text === whole.text) return undefined;
  const at = whole.entries.findIndex((entry, n) => entry.hash !== crashed.entries[n]?.hash);
  const [one, other] = [whole.entries[at], crashed.entries[at]].map((entry) => JSON.stringify(entry?.event));
  return `entry ${at + 1} is ${other} after crashes, ${one} without`;
}

/** Everybody answers, and so that it is heard: a wait that ends by the clock begins anew with a new engine. */
function changed(scenario: Scenario): string | undefined {
  const answering = {
    ...scenario,
    answers: scenario.answers.map(({ ms }) => ({ ms: Math.min(ms, 1_000), say: 'skip' }) as const),
  };
  const [one, other] = [withoutCrashes(answering), tell({ ...answering, fullAtAppend: 0 })].map(resultOf);
  return one === other ? undefined : `${other} after crashes, ${one} without`;
}

function resultOf({ state }: Trace): string {
  const { end, exitCode, failure, steps } = state.context;
  const results = [...steps.entries()].map(([id, { status, accepted, outputs }]) => [id, status, accepted, outputs]);
  return JSON.stringify({ end, exitCode, failure, results });
}

function lostEntries(scenario: Scenario): string | undefined {
  const { parts, text } = tell(scenario);
  for (const part of parts) if (!text.startsWith(part)) return `the journal no longer begins with ${part}`;
  const verifier = createVerifier();
  for (const line of text.split('\n').slice(0, -1)) verifier.push(line);
  const { verdict, line, kind } = verifier.finish();
  return verdict === 'damaged' ? `line ${line} is damaged: ${kind}` : undefined;
}

function heldUp(scenario: Scenario): string | undefined {
  const { plan } = scenario;
  const notify = plan.phases.notify.steps.map((step) => ({ ...step, required: false, contingency: [] }));
  const mute = { ...plan, phases: { ...plan.phases, notify: { ...plan.phases.notify, steps: notify } } };
  const hangs = { kind: 'hangs', ms: 1, verified: true, probe: 'yes' } as const;
  const fates = { ...scenario.fates, ...Object.fromEntries(notify.map(({ id }) => [id, [hangs]])) };
  const { entries, state } = tell({ ...scenario, plan: mute, fates, fullAtAppend: 0, mode: 'real' });
  const began = entries[0]?.event.at ?? 0;
  const released = entries.find(
    ({ event }) => 'step' in event && !event.step.startsWith('notify-') && !isOfUpdate(plan, event),
  );
  const others = phases
    .filter((phase) => phase !== 'notify')
    .flatMap((phase) => plan.phases[phase].steps.filter(({ condition }) => condition !== false));
  if (others.length > 0 && (released === undefined || released.event.at > began + 10_000))
    return `the next phase begins ${released === undefined ? 'never' : `${released.event.at - began} ms later`}`;
  const { context } = state;
  const last = context.failure === null ? 'announce' : 'escalate';
  const steps = last === 'escalate' ? plan.escalate.steps : plan.phases.announce.steps;
  const untold = steps.find(({ id }) => context.steps.get(id)?.status === 'pending');
  return untold === undefined ? undefined : `${untold.id} waits for what never ends`;
}
