/**
 * Which steps a change's file has, as far as its ledger knows: so that a pipeline which gives only the id is told of a
 * mistyped step without anybody reading the file again.
 */
import type { ChangeFile, LedgerEvent } from './ledger-event.ts';

/** Undefined: nobody who wrote has said it. */
export function knownSteps(events: readonly LedgerEvent[]): readonly string[] | undefined {
  let known: readonly string[] | undefined;
  for (const event of events) {
    if (event.type === 'ledger.run') known = Object.keys(event.source.steps);
    if (event.type !== 'ledger.recorded' || event.source === null) continue;
    const { all, steps } = event.source;
    // Without a list the file has what it had, and the step that was looked up in it.
    known = all ?? (known === undefined ? undefined : [...new Set([...known, ...Object.keys(steps)])]);
  }
  return known;
}

/** What an entry about one step keeps of the file: the list of all steps only where the ledger does not have it. */
export function sourceOf(source: ChangeFile, step: string, known: readonly string[] | undefined): ChangeFile {
  const { file, steps, needs, frame } = source;
  const all = Object.keys(steps);
  const isNew = known === undefined || known.length !== all.length || all.some((id, index) => known[index] !== id);
  const waits = needs?.[step];
  return {
    file,
    steps: { [step]: steps[step] ?? '' },
    ...(isNew ? { all } : {}),
    ...(waits === undefined ? {} : { needs: { [step]: waits } }),
    ...(frame === undefined ? {} : { frame }),
  };
}
