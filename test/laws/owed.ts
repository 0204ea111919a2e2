/**
 * Which messages of the escalation are owed (P2): tried while there was no time to try again, and not delivered. Read
 * from the journal alone. Owed no more when a later engine tries again, or when the run is given up.
 */
import type { RunEvent } from '../../src/engine/protocol.ts';

export class OwedMessages {
  private readonly headOf: ReadonlyMap<string, string>;
  private owed = new Set<string>();
  private hurried = false;

  /** `headOf`: each step of the escalation, contingencies included, with the message that it stands for. */
  constructor(headOf: ReadonlyMap<string, string>) {
    this.headOf = headOf;
  }

  get ids(): readonly string[] {
    return [...this.owed];
  }

  read(event: RunEvent): void {
    switch (event.type) {
      case 'decision.stop':
        this.hurried ||= event.urgent;
        return;
      case 'decision.abandon':
        this.hurried = false;
        this.owed.clear();
        return;
      case 'engine.attached':
      case 'run.ended':
        this.hurried = false;
        return;
      default:
        if ('attempt' in event) this.tried(event);
    }
  }

  private tried(event: Extract<RunEvent, { readonly attempt: number }>): void {
    const head = this.headOf.get(event.step);
    if (head === undefined) return;
    if (event.type === 'step.succeeded' || !this.hurried) this.owed.delete(head);
    else if (event.type === 'step.failed' || event.type === 'step.timed-out') this.owed.add(head);
  }
}
