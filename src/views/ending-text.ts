/** The last lines of a run: what is true now, what was not as planned, what is left to people, where the proof lies. */
import { doingWords } from './doing.ts';
import type { RunView } from './run-view.ts';
import { shellWord } from './shell-word.ts';
import { bullets, notTakenBack, otherCommands, owedLine, quoted, taskLine, trueLine } from './status-text.ts';
import type { TextOptions } from './step-line.ts';
import { verifyCommand } from './verify-command.ts';
import { visible } from './visible.ts';

export interface EndingOptions extends TextOptions {
  readonly journalFile: string;
}

export function endingText(view: RunView, options: EndingOptions): string {
  const [first] = view.next;
  const lines = [
    options.paint(view.exitCode === 0 ? 'good' : 'bad', doingWords(view, options)),
    ...failureWords(view),
    trueLine(view),
    ...notTakenBack(view, options),
    ...section('Not as planned', view.exceptions.map(visible), options),
    ...section('Left to people', view.tasks.map(taskLine), options),
    ...section('Owed', undelivered(view).map(owedLine), options),
    `Journal ${shellWord(visible(options.journalFile))}`,
    `Head ${view.head} (entry ${view.entries})`,
    `Verify: ${verifyCommand(view)}`,
    ...(first === undefined ? [] : [`Next, ${first.when}: ${first.command}`, ...otherCommands(view)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The words of the program that ended the backout. */
function failureWords(view: RunView): readonly string[] {
  const step = view.phases.flatMap(({ steps }) => steps).find(({ id }) => id === view.failure?.step);
  return quoted(step?.attempts.at(-1)?.lastWords ?? null);
}

/** What the list of exceptions has not said already. */
function undelivered({ owed, exceptions }: RunView): RunView['owed'] {
  return owed.filter(({ step }) => step === null || !exceptions.some((line) => line.startsWith(`${step}:`)));
}

function section(title: string, items: readonly string[], options: TextOptions): readonly string[] {
  return items.length === 0 ? [] : [`${title}:`, ...bullets(items, options.columns)];
}
