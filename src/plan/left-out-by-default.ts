/** Which steps take no part where no parameter is given: what `if:` says then, as far as it can be told beforehand. */
import type { JsonObject } from '../kernel/json.ts';
import { allSites, type PlaybookContent } from '../playbook/content.ts';
import type { Playbook } from '../playbook/examined.ts';
import { loadExpressions } from '../playbook/expression.ts';
import { Filler } from './fill.ts';

/** Their ids. A condition that asks for a parameter without a default, or for what only a run knows, is not among them. */
export async function leftOutByDefault({ content, document }: Playbook): Promise<ReadonlySet<string>> {
  const conditional = allSites(content).filter(({ step }) => step.if !== undefined);
  if (conditional.length === 0) return new Set();
  const expressions = await loadExpressions();
  const scope = { params: defaultsOf(content) };
  const isLeftOut = ({ step, path }: (typeof conditional)[number]): boolean => {
    const filler = new Filler(document, expressions, scope);
    return filler.condition(step.if, path) === false && filler.diagnostics.length === 0;
  };
  return new Set(conditional.filter(isLeftOut).map(({ id }) => id));
}

function defaultsOf({ parameters = {} }: PlaybookContent): JsonObject {
  const entries = Object.entries(parameters);
  return Object.fromEntries(
    entries.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  );
}
