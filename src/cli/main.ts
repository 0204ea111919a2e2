/** The command line: one call from argv to an exit code. The only place where a fault becomes a message. */

import { Fault } from '../kernel/fault.ts';
import { visibleLines } from '../kernel/visible.ts';
import { terminalText } from '../views/terminal-text.ts';
import { parseArguments } from './arguments.ts';
import { exit, exitCodeOfFault } from './exit-codes.ts';
import type { Surface } from './invocation.ts';
import { version } from './version.ts';

export async function main(argv: readonly string[], outside: Surface): Promise<number> {
  // Whatever name or text a message carries, a terminal obeys none of it but colours.
  const surface = { ...outside, err: (text: string) => outside.err(terminalText(text)) };
  try {
    const parsed = parseArguments(argv);
    if (parsed.kind === 'version') {
      surface.out(`backout ${version}\n`);
      return 0;
    }
    if (parsed.kind === 'help') {
      const { commandHelp, generalHelp } = await import('./help.ts');
      surface.out(parsed.spec === undefined ? generalHelp() : commandHelp(parsed.spec));
      return 0;
    }
    const command = await parsed.spec.load();
    return await command.run(parsed.call, surface);
  } catch (error) {
    return report(error, surface);
  }
}

/** Never Node's own 1 or 7: what is not a known fault is ours, and the run can be resumed. */
export function report(error: unknown, surface: Surface): number {
  if (error instanceof Fault) {
    surface.err(`backout: ${visibleLines(error.message)}\n`);
    if (error.remedy !== undefined) surface.err(`  ${visibleLines(error.remedy)}\n`);
    return exitCodeOfFault(error.code);
  }
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  surface.err(`backout: a fault of our own: ${visibleLines(words)}\n`);
  surface.err('  What was recorded is kept. See: backout status; then: backout resume\n');
  return exit.fault;
}
