/** What the journal says of hosts decides which of them the next attempt asks, and under which claim (P4, P5). */
import { expect, test } from '@jest/globals';
import { decide, type EngineState, initialState } from '../../src/engine/decide.ts';
import { claimOf, hasSucceeded } from '../../src/engine/hosts.ts';
import { nothingSeen } from '../../src/engine/nothing-seen.ts';
import type { HostEnd, HostOutcome, RunEvent } from '../../src/engine/protocol.ts';
import { stepState } from '../../src/engine/state.ts';
import { plainHost } from '../../src/plan/inventory/host.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';
import type { Undated } from '../../src/ports/effects.ts';
import { aPlan, type StepSketch } from '../support/plan-builder.ts';

const names = ['a', 'b', 'c'];
const hosts: NonNullable<PlannedStep['hosts']> = {
  list: names.map(plainHost),
  concurrency: 3,
  batches: [3],
  maxFailures: { count: 0 },
  sshConfig: null,
  connectTimeoutMs: 1,
  reconnectMs: 1,
};
const by = { login: 'eve', sudoUser: null, claimed: null, host: 'h' };
const began: Undated = {
  type: 'run.began',
  run: 'R',
  mode: 'real',
  planDigest: '',
  playbook: 'p',
  system: 's',
  change: {},
  by,
  reason: null,
  boot: 'b',
  pid: 1,
  version: '0',
  onceKey: null,
  withoutWaiting: false,
};

class Story {
  state: EngineState;
  private now = 1_000;

  constructor(step: Partial<StepSketch> = {}) {
    const retry = {
      attempts: 9,
      delayMs: 1,
      factor: 1,
      maxDelayMs: 1,
      jitter: false,
      onExitCodes: null,
      onVerify: true,
    };
    this.state = initialState(aPlan({ restore: [{ id: 'deploy', hosts, retry, ...step }] }));
    this.hear(began);
  }

  hear(event: Undated): this {
    this.now += 10_000;
    this.state = decide(this.state, { ...event, at: this.now } as RunEvent).state;
    return this;
  }

  started(attempt: number): this {
    const values = { deadline: null, boot: 'b', does: [], env: [] };
    return this.hear({ type: 'step.started', step: 'deploy', attempt, key: `k${attempt}`, ...values });
  }

  ended(attempt: number, ends: { readonly [host: string]: readonly [HostOutcome, held: boolean] }): this {
    const list = Object.entries(ends).map(
      ([host, [outcome, held]]): HostEnd => ({
        host,
        outcome,
        held,
        exitCode: null,
        reason: null,
        lastWords: null,
        durationMs: 1,
      }),
    );
    return this.hear({ type: 'step.hosts-ended', step: 'deploy', attempt, hosts: list });
  }

  outcome(type: 'step.failed' | 'step.unknown', attempt: number, cls: 'exit' | 'verify' = 'exit'): this {
    const at = { step: 'deploy', attempt, end: nothingSeen };
    this.hear(type === 'step.failed' ? { type, ...at, class: cls } : { type, ...at, survivors: [] });
    return this.hear({ type: 'timer.fired', timer: 'retry:deploy' });
  }

  get step() {
    return stepState(this.state.context, 'deploy');
  }

  /** The hosts that the attempt asks, each with the attempt under whose claim it does. */
  asks(attempt: number): readonly string[] {
    return names
      .filter((name) => !hasSucceeded(this.step, name))
      .map((name) => `${name}${claimOf(this.step, name, attempt)}`);
  }
}

test('who has succeeded is not asked again; who failed is begun anew, who may hold something is followed', () => {
  const story = new Story().started(1);
  story.ended(1, { a: ['succeeded', false], b: ['failed', false], c: ['unreachable', true] }).outcome('step.failed', 1);
  expect(story.asks(2)).toEqual(['b2', 'c1']);
});

test('a lost worker is found again without asking anybody: under the claims that it may have made', () => {
  const story = new Story()
    .started(1)
    .ended(1, { a: ['succeeded', false] })
    .outcome('step.unknown', 1);
  expect([story.step.status, story.asks(2)]).toEqual(['starting', ['b1', 'c1']]);
});

test('a claim stays through any number of lost workers', () => {
  const story = new Story()
    .started(1)
    .ended(1, { b: ['failed', false] })
    .outcome('step.failed', 1);
  story.started(2).outcome('step.unknown', 2).started(3).outcome('step.unknown', 3);
  expect(story.asks(4)).toEqual(['a1', 'b2', 'c1']);
});

test('a host in doubt is for a person; a retry follows what may be there, and begins what is gone anew', () => {
  const story = new Story()
    .started(1)
    .ended(1, { a: ['unknown', false], b: ['unknown', true], c: ['succeeded', false] });
  story.outcome('step.unknown', 1);
  expect([story.step.status, story.step.question]).toEqual(['waiting', 'unknown']);
  story.hear({ type: 'decision.retry', step: 'deploy', by, reason: null });
  expect([story.step.status, story.asks(2)]).toEqual(['starting', ['a2', 'b1']]);
});

test('a verification that failed has the whole step done again', () => {
  const all = { a: ['succeeded', false], b: ['succeeded', false], c: ['succeeded', false] } as const;
  const verify: PlannedStep['verify'] = {
    action: { kind: 'shell', shell: 'sh', text: 'x', source: 'x', bindings: [], cwd: null, env: {}, stdin: null },
    expect: { exitCode: 0, stdout: null, stderr: null },
  };
  const story = new Story({ verify }).started(1).ended(1, all);
  story
    .hear({ type: 'step.performed', step: 'deploy', attempt: 1, end: nothingSeen })
    .outcome('step.failed', 1, 'verify');
  expect(story.asks(2)).toEqual(['a2', 'b2', 'c2']);
});
