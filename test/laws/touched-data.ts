/** Whether the attempts at restoring may have changed anything, read off the journal alone. */
import type { RunEvent } from '../../src/engine/protocol.ts';
import type { PlannedStep } from '../../src/plan/plan.ts';

export class TouchedData {
  private readonly restores: ReadonlyMap<string, PlannedStep>;
  private readonly inFlight = new Set<string>();
  private touched = false;

  constructor(restores: readonly PlannedStep[]) {
    this.restores = new Map(restores.map((step) => [step.id, step]));
  }

  get mayBeTouched(): boolean {
    return this.touched || this.inFlight.size > 0;
  }

  read(event: RunEvent): void {
    const step = 'step' in event ? this.restores.get(event.step) : undefined;
    if (step === undefined) return;
    if (event.type === 'step.started' && step.action.kind !== 'manual') this.inFlight.add(step.id);
    if (event.type === 'decision.confirm') this.touched = true;
    if (event.type === 'step.probed' && event.answer === 'yes') this.touched = true;
    if (!('end' in event) || typeof event.end === 'string' || event.type === 'step.simulated') return;
    if (event.type === 'step.performed') this.touched = true;
    if (this.inFlight.delete(step.id) && !(event.type === 'step.failed' && event.class === 'untouched'))
      this.touched = true;
  }
}
