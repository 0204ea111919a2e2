/** What every single failure comes to, as a table for the document. */
import type { Block, Section } from './doc-block.ts';
import { listBlock, textBlock, warningBlock } from './doc-block.ts';
import type { DocumentView } from './document-view.ts';
import { type GroupWords, groupWords } from './whatif-group.ts';
import { grouped } from './whatif-rows.ts';
import { endWords, shortTruth } from './whatif-words.ts';

const id = 'whatif';
const title = 'What if: every single failure';

export function whatIfSection({ whatIf }: DocumentView): Section {
  if (whatIf === null) return { id, title, blocks: [textBlock('The plan was not walked through its failures.')] };
  const { untroubled, rows, findings } = whatIf;
  const good = `If nothing goes wrong: ${endWords(untroubled)}; ${shortTruth(untroubled)}.`;
  const found: readonly Block[] =
    findings.length === 0
      ? [textBlock('Findings: none.')]
      : [
          warningBlock(`${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} to be looked at:`),
          listBlock(
            findings.map(
              ({ rule, step, why, remedy }) => `${rule}${step === null ? '' : `, ${step}`}: ${why}. ${remedy}`,
            ),
          ),
        ];
  const head = ['Step', 'If', 'The run', 'True then', 'Told', 'Who must act', 'After'];
  const table: Block = { kind: 'table', head, rows: grouped(rows).map((group) => cells(groupWords(group))) };
  const how =
    'Walked through in simulated time, with times assumed where none were measured. A person who is asked is taken to stop the run after five minutes. Where the engine does not stay to hear the answer (`run --yes` without a terminal or `--wait`), it leaves with exit code 3 at the first question.';
  return { id, title, blocks: [textBlock(good), ...found, table, textBlock(how)] };
}

function cells(words: GroupWords): readonly (string | readonly string[])[] {
  const { leftOut, end, duties } = words;
  return [
    words.step ?? '',
    words.what,
    leftOut === '' ? end : [end, leftOut],
    words.truth,
    [`of the beginning: ${words.ofBeginning}`, `of the end: ${words.ofEnd}`],
    duties.length === 0 ? 'nobody' : duties,
    words.span,
  ];
}
