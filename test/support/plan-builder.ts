/** Plans for tests, by hand: a step needs only what the test is about. */
import type { Phase, Place, Plan, PlannedPhase, PlannedStep } from '../../src/plan/plan.ts';

export type StepSketch = Partial<PlannedStep> & { readonly id: string };

export function aStep(place: Place, sketch: StepSketch): PlannedStep {
  return {
    name: sketch.id,
    owner: 'ops',
    place,
    needs: [],
    condition: true,
    action: { kind: 'shell', shell: 'sh', text: 'true', source: 'true', bindings: [], cwd: null, env: {}, stdin: null },
    timeoutMs: null,
    graceMs: 10_000,
    retry: {
      attempts: 1,
      delayMs: 5_000,
      factor: 2,
      maxDelayMs: 60_000,
      jitter: false,
      onExitCodes: null,
      onVerify: false,
    },
    verify: null,
    until: null,
    onUnknown: 'ask',
    onFailure: place === 'notify' || place === 'announce' || place === 'escalate' ? 'continue' : 'stop',
    contingency: [],
    required: false,
    cancellable: true,
    maxOutputBytes: 64 * 2 ** 20,
    answerWithinMs: 1_800_000,
    repeatable: false,
    ...sketch,
  };
}

type Sketches = { readonly [P in Phase]?: readonly StepSketch[] } & { readonly escalate?: readonly StepSketch[] };

/** Steps follow each other within a phase unless a sketch says `needs`. */
export function aPlan(sketches: Sketches, changes: Partial<Plan> = {}): Plan {
  const phase = (place: Place): PlannedPhase => ({
    maxParallel: 10,
    steps: (sketches[place] ?? []).map((sketch, n, all) => {
      const before = all[n - 1];
      return aStep(place, { ...(before === undefined ? {} : { needs: [before.id] }), ...sketch });
    }),
  });
  return {
    format: 1,
    name: 'shop',
    system: 'shop',
    summary: null,
    scope: null,
    goals: [],
    change: { id: 'CHG0042' },
    roles: {},
    params: {},
    secrets: {},
    timeBudgetMs: null,
    validForMs: 300_000,
    withoutHealthChecks: null,
    maxParallel: 10,
    phases: {
      notify: phase('notify'),
      'disable-access': phase('disable-access'),
      restore: phase('restore'),
      'health-checks': phase('health-checks'),
      'enable-access': phase('enable-access'),
      announce: phase('announce'),
    },
    escalate: phase('escalate'),
    folder: '/playbooks/shop',
    playbookFile: '/playbooks/shop/playbook.yaml',
    playbookDigest: '0'.repeat(64),
    files: [],
    ...changes,
  };
}
