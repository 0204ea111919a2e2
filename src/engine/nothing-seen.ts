import type { AttemptEnd } from './protocol.ts';

/** The end of an attempt of which nothing was measured; what is known goes over it. */
export const nothingSeen: AttemptEnd = {
  exitCode: null,
  signal: null,
  reason: null,
  lastWords: null,
  outputs: {},
  stdout: null,
  stderr: null,
  durationMs: 0,
  late: false,
};
