/**
 * What steps of the change put out, in the steps that take it back: the recorded value stands in place of
 * `steps['deploy'].outputs.image`. Where nothing was recorded because the change was not carried out yet, a parameter.
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import type { Replace } from '../../playbook/change/output-uses.ts';
import { loadOutputRewriter, mayNameOutputs, type OutputRewriter } from '../../playbook/change/output-uses.ts';
import type { Executed } from './executed.ts';
import type { WayStep } from './way.ts';

export interface FilledSteps {
  readonly steps: readonly WayStep[];
  /** Declarations of parameters that stand for outputs which are not known yet. */
  readonly parameters: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
}

export async function fillOutputs(
  change: Change,
  steps: readonly WayStep[],
  executed: Executed | undefined,
): Promise<FilledSteps> {
  const concerned = steps.filter((step) => isFromChange(change, step) && mayNameOutputs(JSON.stringify(step.content)));
  if (concerned.length === 0) return { steps, parameters: {}, diagnostics: [] };
  const filling = new Filling(change, executed, await loadOutputRewriter());
  const filled = steps.map((step) => (concerned.includes(step) ? filling.step(step) : step));
  return { steps: filled, parameters: filling.parameters, diagnostics: filling.diagnostics };
}

const isFromChange = (change: Change, { written }: WayStep): boolean =>
  written.document === change.document && written.made === undefined;

class Filling {
  readonly parameters: Record<string, Json> = {};
  readonly diagnostics: Diagnostic[] = [];
  readonly #change: Change;
  readonly #steps: ReadonlySet<string>;
  readonly #executed: Executed | undefined;
  readonly #rewriter: OutputRewriter;

  constructor(change: Change, executed: Executed | undefined, rewriter: OutputRewriter) {
    this.#change = change;
    this.#steps = new Set(change.steps.map(({ id }) => id));
    this.#executed = executed;
    this.#rewriter = rewriter;
  }

  step(step: WayStep): WayStep {
    const replace = this.#replacing(step);
    return { ...step, content: this.#mapping(step.content, replace) };
  }

  #mapping(value: JsonObject, replace: Replace): JsonObject {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const bare = key === 'if' && typeof member === 'string' && !member.includes('${{');
        return [key, bare ? this.#rewriter.expression(member, replace) : this.#value(member, replace)];
      }),
    );
  }

  #value(value: Json, replace: Replace): Json {
    if (typeof value === 'string') return value.includes('${{') ? this.#rewriter.template(value, replace) : value;
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => this.#value(item, replace));
    return typeof value === 'object' && value !== null ? this.#mapping(value as JsonObject, replace) : value;
  }

  #replacing({ id, written }: WayStep): Replace {
    return ({ step, output }) => {
      if (!this.#steps.has(step)) return undefined;
      if (output === undefined) {
        const message = `step ${id} does not name literally which output of ${step} it uses`;
        const remedy = `Write steps['${step}'].outputs.NAME.`;
        this.diagnostics.push(this.#change.document.error('computed-output', written.path, message, remedy));
        return undefined;
      }
      if (this.#executed === undefined) return this.#parameter(step, output);
      const value = this.#executed.steps.get(step)?.outputs[output];
      if (value !== undefined) return JSON.stringify(value);
      this.diagnostics.push(this.#missing(id, step, output, written.path));
      return undefined;
    };
  }

  #parameter(step: string, output: string): string {
    const name = `${step}-${output}`;
    const description = `What step ${step} of the change puts out as ${output}`;
    this.parameters[name] = { type: 'string', required: true, description };
    return `params['${name}']`;
  }

  #missing(id: string, step: string, output: string, path: WayStep['written']['path']): Diagnostic {
    const message = `step ${id} needs the output ${output} of step ${step}, and none was recorded`;
    const remedy = `Record it: backout change record ${this.#change.id} ${step} done --output ${output}=…`;
    return this.#change.document.error('missing-output', path, message, remedy);
  }
}
