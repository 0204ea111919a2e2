/** Where a value of a derived playbook was written: in the change or in its frame. */
import { type Change, occasionKeys } from '../../playbook/change/change.ts';
import { asMapping } from '../../playbook/change/written.ts';
import type { Path } from '../../playbook/content.ts';
import type { Origin } from '../../playbook/document.ts';
import type { Playbook } from '../../playbook/examined.ts';
import { valueAt } from '../../playbook/schema-issues.ts';
import type { WayStep } from './way.ts';

export function originOf(change: Change, frame: Playbook | undefined, steps: readonly WayStep[]): Origin {
  const inChange = (path: Path) => ({ document: change.document, path });
  const around = (path: Path) => (frame === undefined ? inChange([]) : { document: frame.document, path });
  return (path) => {
    const [first, second] = path;
    if (first === 'phases' && second === 'restore') return stepOrigin(path, steps) ?? inChange(['steps']);
    if (first === 'name') return inChange(['id']);
    if (first === 'change' && occasionKeys.some((key) => key === second)) return inChange(path.slice(1));
    if (first === 'roles' || first === 'parameters' || first === 'secrets') {
      const own = asMapping(change.document.data)?.[first];
      if (second !== undefined && valueAt(own, [second]) !== undefined) return inChange(path);
      const made = madeFor(change, frame, path);
      return made === undefined ? around(path) : inChange(['steps', made]);
    }
    return first === 'system' ? inChange(path) : around(path);
  };
}

/** The step whose output a parameter stands for that nobody wrote. */
function madeFor(change: Change, frame: Playbook | undefined, path: Path): number | undefined {
  const name = path[1];
  if (name === undefined || valueAt(frame?.document.data, path.slice(0, 2)) !== undefined) return undefined;
  return change.steps.find(({ id }) => String(name).startsWith(`${id}-`))?.index;
}

function stepOrigin(path: Path, steps: readonly WayStep[]): ReturnType<Origin> | undefined {
  const [index, ...rest] = path[2] === 'steps' ? path.slice(3) : path.slice(2);
  const step = typeof index === 'number' ? steps[index] : undefined;
  if (step === undefined) return undefined;
  const { document, path: start, made } = step.written;
  return { document, path: made === undefined ? [...start, ...rest] : start };
}
