/**
 * Steps that use what a restore step of the frame puts out, when that step is left out because nothing that it covers
 * was executed. It is not taken in for their sake: to restore what nobody changed does damage. So a person does what
 * lacks the value, a health check too, which is then proven by that person's word alone (P1); a message goes out with
 * the words that the value is not known, as telling people is not held up (P2).
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import { loadOutputRewriter, mayNameOutputs, type OutputRewriter } from '../../playbook/change/output-uses.ts';
import { rewriteContent } from '../../playbook/change/rewrite-content.ts';
import { asList, asMapping, asText, only, without } from '../../playbook/change/written.ts';
import { places, sitesOf } from '../../playbook/content.ts';
import type { Playbook } from '../../playbook/examined.ts';
import type { WayStep } from './way.ts';

interface Way {
  /** The frame's data, without what it says of the steps that are left out. */
  readonly around: JsonObject;
  readonly steps: readonly WayStep[];
}

export interface SparedWay extends Way {
  /** Ids of steps that a person does. */
  readonly byHand: readonly string[];
  /** What becomes of those that lack a value: a line each. */
  readonly said: readonly string[];
}

/** `spared`: ids of restore steps of the frame, and of their contingencies, that are left out. */
export async function withoutSparedOutputs(way: Way, spared: readonly string[]): Promise<SparedWay> {
  const left = new Set(spared);
  if (left.size === 0 || !mayNameOutputs(JSON.stringify([way.around, way.steps.map(({ content }) => content)])))
    return { ...way, byHand: [], said: [] };
  return new Sparing(left, await loadOutputRewriter()).way(way);
}

const doing: readonly string[] = ['disable-access', 'restore', 'health-checks', 'enable-access'];

class Sparing {
  readonly #left: ReadonlySet<string>;
  readonly #rewriter: OutputRewriter;
  readonly #byHand: string[] = [];
  readonly #said: string[] = [];

  constructor(left: ReadonlySet<string>, rewriter: OutputRewriter) {
    this.#left = left;
    this.#rewriter = rewriter;
  }

  way({ around, steps }: Way): SparedWay {
    const phases = Object.entries(asMapping(around.phases) ?? {}).map(([name, phase]) =>
      doing.includes(name) ? [name, this.#phase(phase, (step) => this.#done(step))] : [name, this.#told(name, phase)],
    );
    const telling = ['escalate', 'communication'].flatMap((key) =>
      around[key] === undefined ? [] : [[key, this.#told(key, around[key])] as const],
    );
    return {
      around: {
        ...around,
        ...(around.phases === undefined ? {} : { phases: Object.fromEntries(phases) }),
        ...Object.fromEntries(telling),
      },
      steps: steps.map((step) => this.#wayStep(step)),
      byHand: this.#byHand,
      said: this.#said,
    };
  }

  #phase(phase: Json, each: (step: JsonObject) => JsonObject): Json {
    const long = asMapping(phase);
    if (long !== undefined) return long.steps === undefined ? long : { ...long, steps: this.#phase(long.steps, each) };
    return (asList(phase) ?? []).map((step) => {
      const mapping = asMapping(step);
      return mapping === undefined ? step : each(mapping);
    });
  }

  #wayStep(step: WayStep): WayStep {
    const written = { id: step.id, ...step.content };
    const done = this.#done(written);
    return done === written
      ? step
      : { ...step, content: without(done, ['id']), written: { ...step.written, made: true } };
  }

  /** The step, or a person in its place. */
  #done(step: JsonObject): JsonObject {
    const uses = this.#usesIn(step);
    if (uses.length === 0) return step;
    const id = asText(step.id) ?? 'a step';
    this.#byHand.push(id);
    this.#said.push(`${id} is left to a person: it uses ${uses.join(', ')}, which is left out this time.`);
    const manual = [
      `${id} cannot be done by itself: it uses ${uses.join(' and ')}, which is left out, as nothing that it covers was executed.`,
      'Look in the frame what it would do or check, and do that by hand. Confirm only when it is done and good; else reject.',
    ].join(' ');
    return { ...only(step, ['id', 'owner', 'needs']), name: `By hand: ${asText(step.name) ?? id}`, manual };
  }

  /** The value itself is told to be unknown; whoever would have heard hears. */
  #told(where: string, part: Json | undefined): Json {
    if (part === undefined) return null;
    const wrapped: JsonObject = { part };
    const uses = this.#usesIn(wrapped);
    if (uses.length === 0) return part;
    this.#said.push(
      `What is told in ${where} says that it is not known: ${uses.join(', ')}, which is left out this time.`,
    );
    const rewritten = rewriteContent(this.#rewriter, wrapped, ({ step }) =>
      this.#left.has(step) ? JSON.stringify(`(not known: ${step} was not needed)`) : undefined,
    );
    return rewritten.part ?? null;
  }

  #usesIn(content: JsonObject): readonly string[] {
    const uses = new Set<string>();
    if (!mayNameOutputs(JSON.stringify(content))) return [];
    rewriteContent(this.#rewriter, content, ({ step, output }) => {
      if (this.#left.has(step))
        uses.add(output === undefined ? `outputs of ${step}` : `the output ${output} of ${step}`);
      return undefined;
    });
    return [...uses];
  }
}

/** Told of the whole change, as its author can still write it otherwise. */
export async function sparedNotes(change: Change, frame: Playbook | undefined): Promise<readonly Diagnostic[]> {
  const covers = new Set(change.steps.flatMap(({ back }) => (back.kind === 'covered' ? [back.by] : [])));
  if (frame === undefined || covers.size === 0 || !mayNameOutputs(JSON.stringify(frame.content))) return [];
  const rewriter = await loadOutputRewriter();
  const { content, document } = frame;
  return places.flatMap((place) =>
    sitesOf(content, place).flatMap(({ id, step, path, parent }) => {
      const uses = parent === undefined ? usesOf(rewriter, { ...step } as JsonObject, covers, id) : [];
      if (uses.length === 0) return [];
      const message = `${id} uses outputs of ${uses.join(', ')}, which is left out of a backout where nothing that it covers was executed`;
      const remedy = doing.includes(place)
        ? `A person does ${id} then. Let it look for itself, or let a step that is always taken in put the value out.`
        : 'It is then told that the value is not known.';
      return [{ ...document.warning('spared-output', path, message, remedy), severity: 'note' as const }];
    }),
  );
}

function usesOf(
  rewriter: OutputRewriter,
  content: JsonObject,
  covers: ReadonlySet<string>,
  own: string,
): readonly string[] {
  const uses = new Set<string>();
  if (!mayNameOutputs(JSON.stringify(content))) return [];
  rewriteContent(rewriter, content, ({ step }) => {
    if (covers.has(step) && step !== own) uses.add(step);
    return undefined;
  });
  return [...uses];
}
