/** Waits for the end of a step's process that is not our child, or whose report may not reach us. */
import { Fault } from '../../kernel/fault.ts';
import type { ProcessEnd } from '../../ports/step-process.ts';
import { delay } from '../delay.ts';
import { thisBoot } from './boot.ts';
import { look } from './look.ts';

const everyMs = 50;

/** Resolves within about 50 ms after the end. A folder that nobody has claimed is a fault of the caller. */
export async function follow(dir: string): Promise<ProcessEnd> {
  for (;;) {
    const sighting = look(dir, thisBoot());
    if (sighting.kind === 'ended') return sighting.end;
    if (sighting.kind === 'none') throw new Fault('internal', `nothing to follow: no process has claimed ${dir}`);
    await delay(everyMs);
  }
}
