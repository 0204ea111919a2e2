/**
 * One change, judged: its faults, and what the whole way back lacks that is derived from it. Each is told where it was
 * written, in the change or in its frame.
 */
import { relative } from 'node:path';
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { leftOutByDefault } from '../../plan/left-out-by-default.ts';
import type { Playbook } from '../../playbook/examined.ts';
import type { ChangeFacts } from '../../playbook/lint/facts.ts';
import { lintPlaybook } from '../../playbook/lint/lint-playbook.ts';
import type { Risk } from '../../playbook/lint/rule.ts';
import type { Surface } from '../invocation.ts';
import { lintHosts } from '../lint-hosts.ts';
import type { LintOutcome } from '../lint-outcome.ts';
import { factsOf } from '../load-adapters.ts';
import { measuredTimes } from '../measured-times.ts';
import { missingScripts } from '../missing-scripts.ts';
import { lintedRehearsal, rehearsalFaults } from '../rehearsal/known-rehearsal.ts';
import { type DerivedPlaybook, deriveLoaded } from './derive-playbook.ts';
import { distinct, type LoadedChange, loadChange } from './load-change.ts';

export async function lintChange(name: string, surface: Surface, risk: Risk | undefined): Promise<LintOutcome> {
  const loaded = await loadChange(name, surface.cwd);
  if (!loaded.ok) return { kind: 'change', file: name, diagnostics: loaded.error, result: undefined };
  const { file, folder, change, warnings } = loaded.value;
  const shown = relative(surface.cwd, file).startsWith('..') ? file : relative(surface.cwd, file);
  const forward = [...warnings, ...(await faultsBeside(change.forward, folder))];
  const derived = await deriveLoaded(loaded.value, undefined, 'ask');
  if (!derived.ok) {
    return {
      kind: 'change',
      file: shown,
      diagnostics: byFile([...forward, ...derived.error], change),
      result: undefined,
    };
  }
  const judged = await judgeBack(loaded.value, derived.value, { shown, surface, risk });
  return { kind: 'change', file: shown, ...judged, diagnostics: byFile([...forward, ...judged.diagnostics], change) };
}

interface Call {
  /** The change's file, as it is shown. */
  readonly shown: string;
  readonly surface: Surface;
  readonly risk: Risk | undefined;
}

/** Of a change that changes nothing there is nothing to judge but its frame. */
async function judgeBack(
  { folder, change, frame }: LoadedChange,
  { playbook: checked, undo, nothing }: DerivedPlaybook,
  { shown, surface, risk }: Call,
): Promise<Pick<LintOutcome, 'diagnostics' | 'result'>> {
  const { playbook, adapters } = checked;
  if (playbook === undefined || (nothing && frame === undefined)) return { diagnostics: [], result: undefined };
  const written = [change.forward, frame].flatMap((each) => Object.keys(each?.content.parameters ?? {}));
  const outputs = new Set(Object.keys(playbook.content.parameters ?? {}).filter((each) => !written.includes(each)));
  const facts = {
    rehearsal: lintedRehearsal(checked, surface),
    times: measuredTimes(playbook.content, surface),
    leftOutByDefault: await leftOutByDefault(playbook),
    change: { file: shown, irreversible: irreversibleIn(change, undo), outputs },
  };
  const result = lintPlaybook(playbook, { adapters: factsOf(adapters), facts, risk });
  const faults = [...(await faultsBeside(playbook, folder)), ...(await rehearsalFaults(checked))];
  const findings = result.findings.map((each) => (ofFrames.has(each.rule) ? inFrame(each, change, frame) : each));
  return { diagnostics: [...faults, ...findings], result: { ...result, findings } };
}

/** What a change cannot say itself. */
const ofFrames: ReadonlySet<string> = new Set([
  ...['no-scope', 'no-goals', 'no-notify', 'no-announce', 'no-escalation', 'no-regular-updates'],
  ...['no-health-check', 'access-left-open'],
]);

function inFrame(finding: Diagnostic, change: LoadedChange['change'], frame: LoadedChange['frame']): Diagnostic {
  if (frame !== undefined) {
    return finding.range?.file === change.document.file ? { ...finding, ...frame.document.place(['name']) } : finding;
  }
  const where = 'A change cannot say it: name a playbook that does, frame: ./playbook.yaml.';
  return { ...finding, remedy: finding.remedy === undefined ? where : `${finding.remedy} ${where}` };
}

/** Those of the change first, then those of its frame. */
function byFile(diagnostics: readonly Diagnostic[], change: LoadedChange['change']): readonly Diagnostic[] {
  const isOwn = ({ range }: Diagnostic) => range === undefined || range.file === change.document.file;
  const told = distinct(diagnostics);
  return [...told.filter(isOwn), ...told.filter((each) => !isOwn(each))];
}

async function faultsBeside(playbook: Playbook, folder: string): Promise<readonly Diagnostic[]> {
  return [...missingScripts(playbook, folder), ...(await lintHosts(playbook, folder))];
}

function irreversibleIn({ steps }: LoadedChange['change'], undo: DerivedPlaybook['undo']): ChangeFacts['irreversible'] {
  return new Map(
    steps.flatMap(({ id, back }) => {
      if (back.kind !== 'irreversible') return [];
      return (undo.get(id) ?? []).map((decides) => [decides, { step: id, reason: back.reason }] as const);
    }),
  );
}
