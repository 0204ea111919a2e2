/** When the engine dies: every append and effect passes a boundary before it and one after it. */
import type { Crash } from './scenario.ts';

/** Ends everything that the engine does; caught by the driver's guard, and the engine is heard of no more. */
export class Death extends Error {
  readonly crash: Crash;

  constructor(crash: Crash) {
    super('the engine died');
    this.crash = crash;
  }
}

export class Mortality {
  private readonly crashes: Crash[];
  private passed = 0;

  constructor(crashes: readonly Crash[]) {
    this.crashes = [...crashes];
  }

  /** The crash that happens at this boundary. */
  due(): Crash | undefined {
    const [crash] = this.crashes;
    if (crash === undefined) return undefined;
    this.passed += 1;
    if (this.passed < crash.after) return undefined;
    this.passed = 0;
    return this.crashes.shift();
  }

  passBoundary(): void {
    const crash = this.due();
    if (crash !== undefined) throw new Death(crash);
  }
}
