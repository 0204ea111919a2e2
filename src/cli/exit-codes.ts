/** What the process says when it leaves; pipelines branch on these. */
import type { FaultCode } from '../kernel/fault.ts';

export const exit = {
  backedOut: 0,
  failed: 1,
  usage: 2,
  waiting: 3,
  stopped: 4,
  held: 5,
  exceptions: 6,
  damaged: 7,
  /** The change failed and was taken back: the system is as it was before. */
  takenBack: 8,
  fault: 70,
} as const;

export function exitCodeOfFault(code: FaultCode): number {
  switch (code) {
    case 'usage':
    case 'home-unusable':
      return exit.usage;
    case 'held':
      return exit.held;
    case 'journal-damaged':
    case 'plan-mismatch':
      return exit.damaged;
    case 'internal':
      return exit.fault;
  }
}
