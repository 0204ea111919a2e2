/** What rehearsals have shown, for the document. */
import { formatDuration } from '../kernel/duration.ts';
import { type Block, factsBlock, listBlock, type Section, textBlock, warningBlock } from './doc-block.ts';
import { minute } from './doc-minute.ts';
import type { Drill, Rehearsed } from './document-rehearsal.ts';
import type { DocumentView } from './document-view.ts';

export function rehearsalSection({ rehearsal }: DocumentView): Section {
  const blocks = rehearsal === null ? [warningBlock('Not rehearsed.')] : rehearsedBlocks(rehearsal);
  return { id: 'rehearsal', title: 'Rehearsal', blocks };
}

function rehearsedBlocks(rehearsed: Rehearsed): readonly Block[] {
  const { result, environment, run, by, endedAt, tookMs, expiresAt, lapsed, done, of } = rehearsed;
  const rows = [
    ['Result', result],
    ['Where', environment],
    ['Ended', `${minute(endedAt)}, after ${formatDuration(tookMs)}`],
    ['By', by],
    ['Covered', `${done} of ${of} steps`],
    ['Counts until', minute(expiresAt)],
    ['Run', run],
  ] as const;
  const warned =
    lapsed === null ? [] : [warningBlock(`It does not count: ${lapsed}. Rehearse again: backout rehearse`)];
  return [
    ...warned,
    factsBlock(rows),
    ...listed(
      'Left out:',
      rehearsed.leftOut.map(({ step, reason }) => `${step}: ${reason}`),
    ),
    ...listed('Not as planned:', rehearsed.deviations),
    ...listed(
      "Used production's own secrets:",
      rehearsed.productionSecrets.map(({ secret, steps }) => `${secret}, by ${steps.join(', ')}`),
    ),
    ...listed('Drills:', rehearsed.drills.map(drillWords)),
  ];
}

function listed(title: string, items: readonly string[]): readonly Block[] {
  return items.length === 0 ? [] : [textBlock(title), listBlock(items)];
}

function drillWords({ result, endedAt, injected, run }: Drill): string {
  return `${minute(endedAt)}: ${result}; ${injected.join('; ') || 'nothing was injected'} (run ${run})`;
}
