/** A small journal with everything that makes its text hard: escapes, non-ASCII, numbers, nested keys. */
import type { Person, RunEvent } from '../../src/engine/protocol.ts';
import { origin, type Sign, sealAll } from '../../src/journal/chain.ts';

export const operator: Person = { login: 'ops', sudoUser: null, claimed: null, host: 'db1' };
const start = Date.UTC(2026, 10, 21, 3, 0, 0);

const began: RunEvent = {
  type: 'run.began',
  at: start,
  run: '01JD0000000000000000000000',
  mode: 'real',
  planDigest: 'ab'.repeat(32),
  playbook: 'shop-release',
  system: 'shop',
  change: { id: 'CHG0042', type: 'run.ended', ключ: 1.5, '\u{1F600}': -3, '\uE000': 1e21 },
  by: operator,
  reason: 'quotes " and \\ and \u0001\n\ttabs, ümlaut, \u2028',
  boot: 'boot-1',
  pid: 4711,
  version: '0.1.0',
  onceKey: null,
  withoutWaiting: false,
};

const started: RunEvent = {
  type: 'step.started',
  at: start + 5,
  step: 'restore-db',
  attempt: 1,
  key: 'k-1',
  deadline: start + 60_000,
  boot: 'boot-1',
  does: ['/bin/sh -e -c ./restore.sh'],
  env: [],
};

const succeeded: RunEvent = {
  type: 'step.succeeded',
  at: start + 900,
  step: 'restore-db',
  attempt: 1,
  end: {
    exitCode: 0,
    signal: null,
    reason: null,
    lastWords: 'fünf\r\n',
    outputs: { rows: '5000', __proto: 'x' },
    stdout: { bytes: 12, cut: 0, sha256: 'cd'.repeat(32) },
    stderr: null,
    durationMs: 0.25,
    late: false,
  },
};

const ended: RunEvent = {
  type: 'run.ended',
  at: start + 1_000,
  end: 'succeeded',
  exitCode: 0,
  truth: { access: 'open', data: 'restored', health: 'proven' },
  exceptions: [],
};

export const sampleEvents: readonly RunEvent[] = [began, started, succeeded, ended];

/** The lines of the sample journal, each with its newline. */
export function sampleLines(sign?: Sign): readonly string[] {
  return sealAll(sampleEvents, origin, sign).map(({ line }) => line);
}
