/**
 * What steps of the change put out, in the steps that take it back: the recorded value stands in place of
 * `steps['deploy'].outputs.image`. Where nothing was recorded because the change was not carried out yet, a parameter; where
 * a step ended before it put it out, a person does what needed it (`by-hand.ts`).
 */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Change } from '../../playbook/change/change.ts';
import type { Replace } from '../../playbook/change/output-uses.ts';
import { loadOutputRewriter, mayNameOutputs, type OutputRewriter } from '../../playbook/change/output-uses.ts';
import { rewriteContent } from '../../playbook/change/rewrite-content.ts';
import { byHand, type Lacking, recordCommand } from './by-hand.ts';
import type { Derivation } from './derivation.ts';
import type { WayStep } from './way.ts';

export interface FilledSteps {
  readonly steps: readonly WayStep[];
  /** Declarations of parameters that stand for outputs which are not known yet. */
  readonly parameters: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
  /** What is left to a person: a line each. */
  readonly said: readonly string[];
}

export async function fillOutputs(derivation: Filled, steps: readonly WayStep[]): Promise<FilledSteps> {
  const { change } = derivation;
  const concerned = steps.filter((step) => isFromChange(change, step) && mayNameOutputs(JSON.stringify(step.content)));
  if (concerned.length === 0) return { steps, parameters: {}, diagnostics: [], said: [] };
  const filling = new Filling(derivation, await loadOutputRewriter());
  const filled = steps.map((step) => (concerned.includes(step) ? filling.step(step) : step));
  const { parameters, diagnostics, said } = filling;
  return { steps: filled, parameters, diagnostics, said };
}

const isFromChange = (change: Change, { written }: WayStep): boolean =>
  written.document === change.document && written.made === undefined;

type Filled = Pick<Derivation, 'change' | 'executed' | 'missing'>;

class Filling {
  readonly parameters: Record<string, Json> = {};
  readonly diagnostics: Diagnostic[] = [];
  readonly said: string[] = [];
  readonly #change: Change;
  readonly #steps: ReadonlySet<string>;
  readonly #executed: Derivation['executed'];
  readonly #missing: Derivation['missing'];
  readonly #rewriter: OutputRewriter;
  #lacking: Lacking[] = [];

  constructor({ change, executed, missing }: Filled, rewriter: OutputRewriter) {
    this.#change = change;
    this.#steps = new Set(change.steps.map(({ id }) => id));
    this.#executed = executed;
    this.#missing = missing;
    this.#rewriter = rewriter;
  }

  step(step: WayStep): WayStep {
    this.#lacking = [];
    const content = rewriteContent(this.#rewriter, step.content, this.#replacing(step));
    const [first] = this.#lacking;
    if (first === undefined) return { ...step, content };
    const names = this.#lacking.map((each) => `${each.output} of ${each.step}`).join(', ');
    this.said.push(`${step.id} is left to a person: it needs the output ${names}, and none was recorded.`);
    return byHand(this.#change, step, this.#lacking);
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
      const { progress = 'not-begun', outputs = {} } = this.#executed.steps.get(step) ?? {};
      const value = Object.hasOwn(outputs, output) ? outputs[output] : undefined;
      if (value !== undefined) return JSON.stringify(value);
      if (this.#lacking.some((known) => known.step === step && known.output === output)) return undefined;
      const lacking = { step, output, progress };
      if (progress === 'done' && this.#missing === 'refuse') this.diagnostics.push(this.#fault(id, lacking, written));
      this.#lacking.push(lacking);
      return undefined;
    };
  }

  #parameter(step: string, output: string): string {
    const name = `${step}-${output}`;
    const description = `What step ${step} of the change puts out as ${output}`;
    this.parameters[name] = { type: 'string', required: true, description };
    return `params['${name}']`;
  }

  #fault(id: string, lacking: Lacking, { path }: WayStep['written']): Diagnostic {
    const { step, output } = lacking;
    const message = `step ${id} needs the output ${output} of step ${step}, and none was recorded`;
    const remedy = `Record it: ${recordCommand(this.#change, lacking)}`;
    return this.#change.document.error('missing-output', path, message, remedy);
  }
}
