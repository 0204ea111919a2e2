/** The last question before a real run. Off a terminal there is nobody to ask: `--yes` is needed. */
import { Fault } from '../kernel/fault.ts';
import { planDigest } from '../plan/digest.ts';
import type { Plan } from '../plan/plan.ts';
import type { Home } from '../runtime/home/home.ts';
import { planText } from '../views/plan-text.ts';
import { isTerminal } from './drive.ts';
import type { Invocation, Surface } from './invocation.ts';
import { textOptions } from './text-options.ts';

export async function askToBegin(plan: Plan, home: Home, call: Invocation, surface: Surface): Promise<boolean> {
  if (call.has('yes')) return true;
  if (!isTerminal()) {
    throw new Fault(
      'usage',
      `a ${plan.rehearsal === undefined ? 'real run' : 'rehearsal'} is not begun without --yes where nobody can be asked`,
      `Look first: backout ${call.command} --dry-run ${meant(call)}`,
    );
  }
  const { estimates } = (await import('./known-times.ts')).storedTimes(home, plan);
  const layout = textOptions(process.stderr, surface);
  surface.err(planText(plan, { ...layout, digest: planDigest(plan), estimates }));
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    let answer = await ask(lines, question(plan));
    while (answer === 'y') answer = await ask(lines, 'The whole word, please: yes, or no: ');
    if (answer === 'yes') return true;
    surface.err('Nothing was run.\n');
    return false;
  } finally {
    lines.close();
  }
}

function meant(call: Invocation): string {
  const change = call.flag('change');
  return change === undefined ? (call.args[0] ?? '') : `--change ${change}`;
}

function question({ kind, name, system, rehearsal }: Plan): string {
  if (rehearsal !== undefined)
    return `\nRehearse ${name} in ${rehearsal.environment} now? Its steps are done for real there. Type yes: `;
  const what = kind === 'change' ? `Carry out ${name} on ${system}` : `Back out ${system} with ${name}`;
  return `\n${what} now, for real? Type yes: `;
}

async function ask(lines: { question(text: string): Promise<string> }, text: string): Promise<string> {
  return (await lines.question(text)).trim().toLowerCase();
}
