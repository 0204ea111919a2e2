/** `backout lint`: every fault and weakness of playbooks at once, judged by the risk of their change. */
import { Fault } from '../../kernel/fault.ts';
import { type Risk, risks } from '../../playbook/lint/rule.ts';
import { lintRules } from '../../playbook/lint/rules.ts';
import { exit } from '../exit-codes.ts';
import type { CommandRun, Invocation, Surface } from '../invocation.ts';
import { lintFile } from '../lint-file.ts';
import type { LintOutcome } from '../lint-outcome.ts';
import { lintGithub } from '../lint-output-github.ts';
import { lintSarif } from '../lint-output-sarif.ts';
import { lintText, rulesText } from '../lint-output-text.ts';

const formats = ['text', 'json', 'sarif', 'github'] as const;
type Format = (typeof formats)[number];
const failLevels = ['error', 'warning'] as const;

export const run: CommandRun = async (call, surface) => {
  if (call.has('rules')) return tellRules(call, surface);
  if (call.args.length === 0) {
    throw new Fault(
      'usage',
      'backout lint needs PLAYBOOK...',
      'Usage: backout lint PLAYBOOK..., or backout lint --rules',
    );
  }
  const risk: Risk | undefined = oneOf(call, 'risk', risks);
  const failOn = oneOf(call, 'fail-on', failLevels) ?? 'error';
  const format = formatOf(call);
  const outcomes: LintOutcome[] = [];
  for (const file of call.args) outcomes.push(await lintFile(file, surface, risk));
  surface.out(written(outcomes, format, call.has('explain')));
  const fails = outcomes
    .flatMap(({ diagnostics }) => diagnostics)
    .some(({ severity }) => severity === 'error' || severity === failOn);
  return fails ? exit.usage : exit.backedOut;
};

function tellRules(call: Invocation, surface: Surface): number {
  const format = formatOf(call);
  if (format !== 'text' && format !== 'json') {
    throw new Fault('usage', `the rules are not listed as ${format}`, 'Write --rules alone, or with --json.');
  }
  surface.out(format === 'json' ? `${JSON.stringify(lintRules, null, 2)}\n` : rulesText());
  return exit.backedOut;
}

function formatOf(call: Invocation): Format {
  const format = oneOf(call, 'format', formats);
  if (!call.has('json')) return format ?? 'text';
  if (format === undefined || format === 'json') return 'json';
  throw new Fault('usage', `--json and --format ${format} are two forms`, 'Give one of them.');
}

function oneOf<Value extends string>(call: Invocation, flag: string, values: readonly Value[]): Value | undefined {
  const given = call.flag(flag);
  if (given === undefined) return undefined;
  const found = values.find((value) => value === given);
  if (found !== undefined) return found;
  throw new Fault('usage', `--${flag} ${given} is none of ${values.join(', ')}`, `Write --${flag} ${values.join('|')}`);
}

function written(outcomes: readonly LintOutcome[], format: Format, explain: boolean): string {
  const diagnostics = outcomes.flatMap((each) => each.diagnostics);
  switch (format) {
    case 'text':
      return lintText(outcomes, { explain });
    case 'json':
      return `${JSON.stringify(diagnostics, null, 2)}\n`;
    case 'sarif':
      return lintSarif(outcomes);
    case 'github':
      return lintGithub(outcomes);
  }
}
