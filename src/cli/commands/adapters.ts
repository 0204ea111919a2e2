/** `backout adapters`: what a step can use; with a name, its inputs and outputs. */
import * as z from 'zod/mini';
import { adapterNames, loadAdapter } from '../../../adapters/registry.ts';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../playbook/suggest.ts';
import type { Adapter } from '../../ports/adapter.ts';
import { adapterFacts } from '../../views/adapter-facts.ts';
import { adapterText } from '../../views/adapter-text.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';

export const run: CommandRun = async (call, surface) => {
  const [name] = call.args;
  const adapters = await Promise.all((name === undefined ? adapterNames : [name]).map(load));
  const width = Math.max(...adapters.map(({ name: own }) => own.length));
  if (call.has('json')) surface.out(`${JSON.stringify(adapters.map(documentOf), null, 2)}\n`);
  else if (name === undefined)
    for (const adapter of adapters) surface.out(`${adapter.name.padEnd(width)}  ${adapter.summary}\n`);
  else for (const adapter of adapters) surface.out(adapterText(adapterFacts(adapter)));
  return exit.backedOut;
};

async function load(name: string): Promise<Adapter> {
  const adapter = await loadAdapter(name);
  if (adapter !== undefined) return adapter;
  const meant = nearest(name, adapterNames);
  throw new Fault(
    'usage',
    `there is no adapter "${name}"`,
    meant === undefined ? `There are: ${adapterNames.join(', ')}` : `Did you mean ${meant}?`,
  );
}

function documentOf(adapter: Adapter) {
  const {
    name,
    summary,
    outputs,
    needs,
    repeatable,
    readOnly,
    secretFields,
    defaultTimeoutMs,
    tested = null,
  } = adapter;
  const input = z.toJSONSchema(adapter.input, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
  return { name, summary, input, outputs, needs, repeatable, readOnly, secretFields, defaultTimeoutMs, tested };
}
