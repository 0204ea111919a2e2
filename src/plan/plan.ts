/**
 * The plan: a playbook resolved for one occasion. Plain JSON, frozen when a run begins; its digest names it.
 * A string marked `Template` may hold `${{ … }}`: what depends on parameters alone is already filled in here,
 * what needs secrets, outputs of earlier steps or the run itself is filled when the attempt starts.
 */
import type { JsonObject } from '../kernel/json.ts';

/** The six phases, in the order in which they always run. */
export const phases = ['notify', 'disable-access', 'restore', 'health-checks', 'enable-access', 'announce'] as const;
export type Phase = (typeof phases)[number];
/** Where a step stands: a phase, or the list that runs when the backout itself ends badly. */
export type Place = Phase | 'escalate';
/** The regular word to audiences is beside all of that. */
export type StepPlace = Place | 'updates';

export type Template = string;

export interface Plan {
  readonly format: 1;
  /** It carries a change out: its steps stand in `restore`, and nothing is backed out. Absent: it backs out. */
  readonly kind?: 'change';
  /** The id of the change that it takes back, where it was derived from that change. */
  readonly takesBack?: string;
  /** The id of a change whose way back could not begin: the run tells people so, and does nothing else. */
  readonly onlyTells?: string;
  /** Why it could not, in words for people. */
  readonly onlyTellsBecause?: string;
  readonly name: string;
  /** What P7 locks. */
  readonly system: string;
  readonly summary: string | null;
  readonly scope: string | null;
  readonly goals: readonly string[];
  readonly change: JsonObject;
  readonly roles: { readonly [role: string]: Role };
  readonly params: JsonObject;
  /** Names of those that have their default; absent in plans of releases before it. */
  readonly paramsAtDefault?: readonly string[];
  readonly secrets: { readonly [name: string]: SecretSource };
  readonly timeBudgetMs: number | null;
  readonly validForMs: number;
  readonly withoutHealthChecks: string | null;
  /** Why data may be restored with every closing step left out; absent where no reason was given. */
  readonly withoutClosing?: string;
  readonly maxParallel: number;
  readonly phases: { readonly [P in Phase]: PlannedPhase };
  readonly escalate: PlannedPhase;
  /** Who hears at intervals how it stands; absent: nobody. */
  readonly updates?: PlannedUpdates;
  /** Absolute path of the playbook's folder: where steps start. */
  readonly folder: string;
  readonly playbookFile: string;
  /** SHA-256 of the playbook's bytes, to say on resume that the file differs by now. */
  readonly playbookDigest: string;
  /** Files that are copied into the run's folder when the run begins: name there → source and digest. */
  readonly files: readonly FrozenFile[];
  /** What rehearsals and measured times are bound to (`definitionOf`); absent in plans of releases before it. */
  readonly definition?: string;
  /** How and where this plan is rehearsed; absent in every other. */
  readonly rehearsal?: PlannedRehearsal;
}

/** What a drill makes of a step's attempts. */
export const injections = ['fail', 'timeout', 'unknown', 'kill-engine'] as const;
export type Injection = (typeof injections)[number];

export interface PlannedRehearsal {
  /** As people call it, e.g. `staging`. */
  readonly environment: string;
  readonly expiresAfterMs: number;
  readonly leftOut: readonly Reasoned[];
  /** Steps of which only a person could tell that they do not reach production. */
  readonly harmless: readonly Reasoned[];
  /** Ids of the steps that clean up, as they stand in announce and in escalate. */
  readonly cleanup: readonly string[];
  readonly inject: { readonly [step: string]: Injection };
  /** Variables that production's secrets are read from: no step of a rehearsal inherits them. */
  readonly hides: readonly string[];
  /** Digests of the files of own adapters as they were when it began; absent: it uses none. */
  readonly ownAdapters?: { readonly [name: string]: string };
  /** Absent: none is used there. */
  readonly productionSecrets?: readonly ProductionSecret[];
}

/** It is read there from where it is read for real. */
export interface ProductionSecret {
  readonly secret: string;
  /** Ids of the steps and updates that name it. */
  readonly steps: readonly string[];
}

export interface Reasoned {
  readonly step: string;
  readonly reason: string;
}

export interface FrozenFile {
  /** Path below the run's `files/` folder, e.g. `scripts/restore-files.mjs`. */
  readonly name: string;
  /** Absolute path that it is copied from. */
  readonly source: string;
  readonly sha256: string;
}

export interface PlannedPhase {
  readonly maxParallel: number;
  readonly steps: readonly PlannedStep[];
}

/** The regular updates: a step for each audience, and perhaps one that tells the speaker of a missed update. */
export interface PlannedUpdates extends PlannedPhase {
  /** Who speaks: a key of `roles`. */
  readonly speaker: string | null;
  readonly impact: Impact;
}

export type Impact = 'low' | 'medium' | 'high';

/** Who hears, and how often. */
export interface Audience {
  readonly name: string;
  readonly contact: string | null;
  readonly everyMs: number;
}

export interface Role {
  readonly name: string | null;
  readonly contact: string | null;
  readonly deputy: string | null;
}

export type SecretSource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[] };

export interface PlannedStep {
  readonly id: string;
  readonly name: string;
  /** A role's key or free text; null where the playbook names nobody. */
  readonly owner: string | null;
  readonly place: StepPlace;
  /** The ids that must be over first; the default (the step above) is already filled in. */
  readonly needs: readonly string[];
  /** `true`: always. `false`: left out of this plan. Text: a CEL expression asked when the step is due. */
  readonly condition: boolean | string;
  readonly action: Action;
  readonly timeoutMs: number | null;
  readonly graceMs: number;
  readonly retry: Retry;
  readonly verify: Verification | null;
  readonly until: Until | null;
  readonly onUnknown: 'probe' | 'rerun' | 'ask';
  readonly onFailure: 'stop' | 'continue' | 'ask';
  /** Tried in order when the step has failed for good; they have no contingency of their own. */
  readonly contingency: readonly PlannedStep[];
  /** In `notify`: the next phase waits for it. */
  readonly required: boolean;
  readonly cancellable: boolean;
  readonly maxOutputBytes: number;
  readonly answerWithinMs: number;
  /** Declared by the adapter: doing it again does no harm (a check, a message with a key). */
  readonly repeatable: boolean;
  /** Where it is done, each for itself; absent: here. */
  readonly hosts?: PlannedHosts;
  /** Only in `updates`: sent again and again; absent there: sent when an update was missed. */
  readonly audience?: Audience;
}

export interface PlannedHosts {
  readonly list: readonly Host[];
  /** How many at once. */
  readonly concurrency: number;
  /** How many hosts begin before the next ones may: batch after batch; the last entry repeats. */
  readonly batches: readonly number[];
  /** More hosts than this must not fail; a percentage is one of the hosts in the batches so far. */
  readonly maxFailures: { readonly count: number } | { readonly percent: number };
  /** Absolute path of the configuration that ssh reads; null: the user's own. */
  readonly sshConfig: string | null;
  readonly connectTimeoutMs: number;
  /** How long a lost connection is tried again. */
  readonly reconnectMs: number;
}

/** A machine as ssh is told of it; null: ssh's own configuration decides. */
export interface Host {
  readonly name: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly user: string | null;
  readonly identityFile: string | null;
}

export type Action = ShellAction | ScriptAction | AdapterAction | ManualAction;

interface InProcess {
  /** Absolute, or relative to the playbook's folder. */
  readonly cwd: Template | null;
  readonly env: { readonly [name: string]: Template };
  readonly stdin: Template | null;
}

export interface ShellAction extends InProcess {
  readonly kind: 'shell';
  readonly shell: 'sh' | 'bash';
  /** Shell text in which each `${{ … }}` has become a reference to one of `bindings`. */
  readonly text: string;
  /** The text as the playbook has it, for people. */
  readonly source: string;
  /** Environment variables that carry the values of the expressions. */
  readonly bindings: readonly { readonly variable: string; readonly expression: string }[];
}

export interface ScriptAction extends InProcess {
  readonly kind: 'script';
  /** The name of a `FrozenFile`. */
  readonly file: string;
  readonly args: readonly Template[];
}

export interface AdapterAction extends InProcess {
  readonly kind: 'adapter';
  /** An adapter's name (`files/restore`), or `./relative.mjs` / an executable beside the playbook. */
  readonly adapter: string;
  readonly input: JsonObject;
}

export interface ManualAction {
  readonly kind: 'manual';
  readonly instruction: Template;
}

export interface Retry {
  /** All tries, the first one included; 1 is no retry. */
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
  /** Null: on any failure. */
  readonly onExitCodes: readonly number[] | null;
  /** Retry the whole step also when only `verify` failed. */
  readonly onVerify: boolean;
}

export interface Verification {
  readonly action: ShellAction | ScriptAction | AdapterAction;
  readonly expect: Expectation;
}

export interface Expectation {
  readonly exitCode: number;
  readonly stdout: TextExpectation | null;
  readonly stderr: TextExpectation | null;
}

export interface TextExpectation {
  readonly equals: Template | null;
  readonly contains: Template | null;
  /** A regular expression (ECMAScript, flag `m`). */
  readonly matches: string | null;
}

/** Repeat within one attempt until it holds. */
export interface Until {
  /** How many successes in a row. */
  readonly successes: number;
  readonly everyMs: number;
  readonly withinMs: number;
  /** Bad answers, all together, that end it early; null: no limit. */
  readonly failures: number | null;
  /** Answers in a row that could not be had and end it early; null: no limit. */
  readonly errors: number | null;
}

/** Every step of a plan with its contingencies, in the order of the plan; the regular updates are none of them. */
export function* allSteps(plan: Plan): Generator<PlannedStep> {
  for (const phase of [...phases.map((name) => plan.phases[name]), plan.escalate]) {
    for (const step of phase.steps) {
      yield step;
      yield* step.contingency;
    }
  }
}

/** The regular updates with their fallbacks. */
export function updateSteps({ updates }: Plan): readonly PlannedStep[] {
  return (updates?.steps ?? []).flatMap((step) => [step, ...step.contingency]);
}
