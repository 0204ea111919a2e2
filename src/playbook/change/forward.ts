/** A change's file as the data of a playbook that carries it out, with every value's place kept. */
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Path } from '../content.ts';
import type { Origin, PlaybookDocument } from '../document.ts';
import type { Playbook } from '../examined.ts';
import { changeStepKeys, occasionKeys, sharedKeys, stepIdAt } from './change.ts';
import { namesIt } from './names-it.ts';
import { asList, asMapping, only, without } from './written.ts';

export interface ForwardParts {
  readonly document: PlaybookDocument;
  readonly written: JsonObject;
  /** Keys of steps that were told already, by index of the step. */
  readonly strange: ReadonlyMap<number, readonly string[]>;
  /** What it declares need not be declared again. */
  readonly frame: Playbook | undefined;
}

export function forwardDocument({ document, written, strange, frame }: ForwardParts): PlaybookDocument {
  const steps = (asList(written.steps) ?? []).map((step, index) => {
    const mapping = asMapping(step);
    if (mapping === undefined) return step;
    return { id: stepIdAt(index), ...without(mapping, [...changeStepKeys, ...(strange.get(index) ?? [])]) };
  });
  const data: JsonObject = {
    name: typeof written.id === 'string' ? written.id : 'change',
    ...only(written, sharedKeys),
    ...declarations(written, asMapping(frame?.document.data ?? null) ?? {}, JSON.stringify(steps)),
    change: only(written, occasionKeys),
    phases: { restore: steps },
  };
  return document.arranged(data, originIn(document, frame), frame === undefined ? [] : [frame.document]);
}

/** The change's own, and of the frame's what its steps name. */
function declarations(written: JsonObject, around: JsonObject, steps: string): JsonObject {
  const own = (kind: string): Json | undefined => written[kind];
  const merged = (kind: string, root: string | undefined): JsonObject => {
    if (own(kind) !== undefined && asMapping(own(kind)) === undefined) return {};
    const used = Object.entries(asMapping(around[kind]) ?? {}).filter(
      ([name]) => root === undefined || namesIt(steps, root, name),
    );
    const all = { ...Object.fromEntries(used), ...asMapping(own(kind)) };
    return Object.keys(all).length === 0 ? {} : { [kind]: all };
  };
  return { ...merged('roles', undefined), ...merged('parameters', 'params'), ...merged('secrets', 'secrets') };
}

/** `phases.restore[2].run` of the playbook stands at `steps[2].run` of the change. */
function originIn(document: PlaybookDocument, frame: Playbook | undefined): Origin {
  return (path) => {
    const [first, second, ...rest] = path;
    const here = (own: Path) => ({ document, path: own });
    if (first === 'phases') return here(second === undefined ? ['steps'] : ['steps', ...rest]);
    if (first === 'change' && second !== undefined) return here([second, ...rest]);
    const isDeclared = first === 'roles' || first === 'parameters' || first === 'secrets';
    if (!isDeclared || frame === undefined || second === undefined) return here(path);
    const own = asMapping(asMapping(document.data)?.[first]);
    return Object.hasOwn(own ?? {}, second) ? here(path) : { document: frame.document, path };
  };
}
