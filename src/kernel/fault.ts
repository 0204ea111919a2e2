/** Where a fault lies, and with which code the process leaves. */
export type FaultCode =
  | 'usage' // the call was wrong: exit 2
  | 'home-unusable' // the state folder cannot be read or written: exit 2
  | 'held' // another run of the system has not ended, or another engine drives this run: exit 5
  | 'journal-damaged' // exit 7
  | 'plan-mismatch' // the stored plan is not the one its journal names: exit 7
  | 'internal'; // our own bug, or broken ground: exit 70

/**
 * Trouble that no caller can do anything about but say it: thrown, caught once in `src/cli/main.ts`.
 * `message` is one line that stands alone; `remedy` says what to type or do next.
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly remedy: string | undefined;

  constructor(code: FaultCode, message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Fault';
    this.code = code;
    this.remedy = remedy;
  }
}
