/** `backout adapters`: what a step can use; with a name, its inputs and outputs. */
import * as z from 'zod/mini';
import { adapterNames, loadAdapter } from '../../../adapters/registry.ts';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../playbook/suggest.ts';
import type { Adapter } from '../../ports/adapter.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun } from '../invocation.ts';

export const run: CommandRun = async (call, surface) => {
  const [name] = call.args;
  const adapters = await Promise.all((name === undefined ? adapterNames : [name]).map(load));
  if (call.has('json')) surface.out(`${JSON.stringify(adapters.map(factsOf), null, 2)}\n`);
  else if (name === undefined)
    for (const adapter of adapters) surface.out(`${adapter.name.padEnd(16)}  ${adapter.summary}\n`);
  else for (const adapter of adapters) surface.out(describe(adapter));
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

function schemaOf(adapter: Adapter) {
  return z.toJSONSchema(adapter.input, { io: 'input', target: 'draft-7', unrepresentable: 'any' });
}

function factsOf(adapter: Adapter) {
  const { name, summary, outputs, needs, repeatable, readOnly, secretFields, defaultTimeoutMs } = adapter;
  return {
    name,
    summary,
    input: schemaOf(adapter),
    outputs,
    needs,
    repeatable,
    readOnly,
    secretFields,
    defaultTimeoutMs,
  };
}

function describe(adapter: Adapter): string {
  const schema = schemaOf(adapter);
  const required = new Set(schema.required ?? []);
  const inputs = Object.entries(schema.properties ?? {}).map(([key, member]) => {
    const words = typeof member === 'object' && typeof member.description === 'string' ? member.description : '';
    return `  ${key}${required.has(key) ? ' (required)' : ''}: ${words}`;
  });
  const outputs = Object.entries(adapter.outputs).map(([key, words]) => `  ${key}: ${words}`);
  const needs = adapter.needs.length === 0 ? [] : ['', `Calls: ${adapter.needs.join(', ')}`];
  const given = outputs.length === 0 ? [] : ['', 'Outputs', ...outputs];
  return `${[`${adapter.name}: ${adapter.summary}`, '', 'Inputs (with:)', ...inputs, ...given, ...needs].join('\n')}\n`;
}
