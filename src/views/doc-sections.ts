/** The document's sections in their order, and the words in them. A part without data says so. */
import { formatDuration } from '../kernel/duration.ts';
import { type Block, factsBlock, listBlock, type Section, textBlock, warningBlock } from './doc-block.ts';
import { minute } from './doc-minute.ts';
import { rehearsalSection } from './doc-section-rehearsal.ts';
import { stepSections } from './doc-section-steps.ts';
import { whatIfSection } from './doc-section-whatif.ts';
import type { DocumentView, Implementation } from './document-view.ts';
import { windowWords } from './document-window.ts';

export function documentTitle({ change, system }: DocumentView): string {
  return `Backout plan${change.id === null ? '' : ` for ${change.id}`}: ${system}`;
}

export function documentSections(view: DocumentView): readonly Section[] {
  return [
    glance(view),
    scope(view),
    people(view),
    values(view),
    ...stepSections(view),
    communication(view),
    whatIfSection(view),
    rehearsalSection(view),
    implementation(view.implementation),
    record(view),
  ];
}

function glance(view: DocumentView): Section {
  const { change, playbook, system, rehearsal, whatIf } = view;
  const rows = [
    ['Change', [change.id, change.summary].filter((each) => each !== null).join(': ') || 'not named'],
    ['Risk', change.risk ?? 'not stated'],
    ['System', system],
    ['Playbook', playbook],
    ['Change window ends', windowWords(change.windowEnds, view.extension)],
    ['Last moment to begin', lastMomentWords(view)],
    ['Time needed', timeWords(view)],
    ['Rehearsed', rehearsal === null ? 'Not rehearsed.' : rehearsedShort(rehearsal)],
    ['Failures examined', whatIf === null ? 'Not examined.' : examined(whatIf)],
  ] as const;
  const summary = view.summary === null ? [] : [textBlock(view.summary)];
  const assumed = view.parameters.filter(({ source }) => source === 'assumed');
  const warnings = [
    ...(assumed.length === 0
      ? []
      : [
          `This is an example: no value was given for ${assumed.map(({ name }) => name).join(', ')}, and stand-ins are shown. For the change record, make it again with --param for each.`,
        ]),
    ...view.notes,
  ];
  return { id: 'glance', title: 'At a glance', blocks: [...summary, ...warnings.map(warningBlock), factsBlock(rows)] };
}

function rehearsedShort({ result, environment, endedAt, lapsed }: NonNullable<DocumentView['rehearsal']>): string {
  const went = { PASSED: 'passed', WARNED: 'ended, not quite as planned', FAILED: 'FAILED' }[result];
  return `${minute(endedAt)} in ${environment}: ${went}${lapsed === null ? '' : `; IT DOES NOT COUNT: ${lapsed}`}`;
}

function examined({ rows, findings }: NonNullable<DocumentView['whatIf']>): string {
  const found = findings.length === 0 ? 'nothing found' : `${findings.length} to be looked at`;
  return `${rows.length.toLocaleString('en-US')} failures walked through in simulated time; ${found}`;
}

function lastMomentWords({ lastMoment, change, extension }: DocumentView): readonly string[] {
  if (lastMoment === null) {
    const why =
      change.windowEnds === null ? 'the change has no windowEnds' : 'a step has no timeout, and was not measured';
    return [`not known: ${why}`];
  }
  const { at, windowEnds, needMs, basis, marginMs } = lastMoment;
  const window = extension === null ? 'The window ends' : 'The window as extended ends';
  const how = `${window} ${minute(windowEnds)}, the backout takes ${formatDuration(needMs)} ${basisWords[basis]}, and ${formatDuration(marginMs)} are to spare.`;
  return [minute(at) ?? at, how];
}

const basisWords = {
  measured: 'as measured, if it goes slowly',
  'partly-measured': 'at most (measured, and by the timeouts where it was not)',
  timeouts: 'at most by the timeouts, as nothing was measured',
  'time-budget': 'by its time budget',
} as const;

function timeWords({ time }: DocumentView): readonly string[] {
  const { medianMs, p90Ms, timeoutsMs, budgetMs, measured, unmeasured } = time;
  const parts =
    measured === 0 ? 'Not measured yet.' : `Measured: ${measured} of ${measured + unmeasured.length} steps.`;
  const usual = medianMs === null ? [] : [`Usually ${formatDuration(medianMs)}.`];
  const slow = p90Ms === null || measured === 0 ? [] : [`If it goes slowly ${formatDuration(p90Ms)}.`];
  const bound =
    timeoutsMs === null ? 'No limit: a step has no timeout.' : `By the timeouts at most ${formatDuration(timeoutsMs)}.`;
  const budget = budgetMs === null ? [] : [`Time budget ${formatDuration(budgetMs)}.`];
  return [...usual, ...slow, parts, bound, ...budget];
}

function scope({ scope: covered, goals }: DocumentView): Section {
  const goalBlocks = goals.length === 0 ? [textBlock('No goals are stated.')] : [listBlock(goals)];
  const blocks: readonly Block[] = [
    textBlock(covered ?? 'No scope is stated.'),
    { kind: 'heading', text: 'Goals: what must be true at the end', depth: 3 },
    ...goalBlocks,
  ];
  return { id: 'scope', title: 'Scope and goals', blocks };
}

function people({ people: all }: DocumentView): Section {
  const head = ['Role', 'Name', 'Contact', 'Deputy', 'Steps'];
  const rows = all.map(({ role, name, contact, deputy, steps }) => [
    role,
    name ?? 'not named',
    contact ?? 'no contact',
    deputy ?? 'none',
    steps.length === 0 ? 'none' : steps.join(', '),
  ]);
  const blocks: readonly Block[] =
    rows.length === 0 ? [warningBlock('Nobody is named.')] : [{ kind: 'table', head, rows }];
  return { id: 'people', title: 'Roles and contacts', blocks };
}

const sourceWords = { given: 'given', default: 'default', assumed: 'ASSUMED: not given' } as const;

function values({ parameters, secrets }: DocumentView): Section {
  const rows = parameters.map(({ name, value, source }) => [name, value, sourceWords[source]]);
  const given: readonly Block[] =
    rows.length === 0
      ? [textBlock('The plan has no parameters.')]
      : [{ kind: 'table', head: ['Parameter', 'Value', 'From'], rows }];
  const kept: readonly Block[] =
    secrets.length === 0
      ? []
      : [
          textBlock('Secrets, read when a step needs them and never stored:'),
          { kind: 'table', head: ['Secret', 'Read from'], rows: secrets.map(({ name, from }) => [name, from]) },
        ];
  return { id: 'values', title: 'Values', blocks: [...given, ...kept] };
}

function communication({ messages }: DocumentView): Section {
  const head = ['When', 'Who is told', 'How', 'Step', 'By', 'Words'];
  const rows = messages.map(({ when, to, how, step, by, says }) => [when, to, how, step, by, says ?? '']);
  if (rows.length === 0)
    return { id: 'communication', title: 'Communication', blocks: [warningBlock('Nobody is told of this backout.')] };
  const silent = messages.some(({ regular }) => regular)
    ? []
    : [textBlock('No regular updates are sent between begin and end.')];
  return { id: 'communication', title: 'Communication', blocks: [{ kind: 'table', head, rows }, ...silent] };
}

function implementation(change: Implementation | null): Section {
  const title = 'What is backed out';
  if (change === null)
    return { id: 'implementation', title, blocks: [textBlock('There is no change.yaml beside the playbook.')] };
  const blocks = change.steps.flatMap(({ id, name, owner, instruction, back }, index): readonly Block[] => [
    { kind: 'heading', text: `${index + 1}. ${name === id ? id : `${name} (${id})`}`, depth: 4 },
    { kind: 'code', lines: instruction },
    factsBlock([
      ['Owner', owner ?? 'nobody is named'],
      ['How it is taken back', back],
    ]),
  ]);
  return { id: 'implementation', title, blocks: [textBlock(`The change, from ${change.file}:`), ...blocks] };
}

function record({ digests, generated }: DocumentView): Section {
  const rows = [
    ['Plan digest', digests.plan],
    ['Definition (what rehearsals are bound to)', digests.definition],
    ['Playbook file, SHA-256', digests.playbook],
    ['Made', `${minute(generated.at)} by backout ${generated.version}`],
  ] as const;
  const how =
    'The plan digest is shown by backout plan and when a run begins: where it differs, this document is of another plan.';
  return { id: 'record', title: 'Which plan this is', blocks: [factsBlock(rows), textBlock(how)] };
}
