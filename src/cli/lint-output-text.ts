/** What `lint` prints for people: each finding, what the playbook has set aside and why, and how much there is. */
import { type Diagnostic, formatDiagnostic } from '../kernel/diagnostic.ts';
import { visible } from '../kernel/visible.ts';
import type { LintResult } from '../playbook/lint/lint-playbook.ts';
import { type LintRule, risks } from '../playbook/lint/rule.ts';
import { lintRules } from '../playbook/lint/rules.ts';
import type { Setting } from '../playbook/lint/settings.ts';
import type { LintOutcome } from './lint-outcome.ts';
import { count, countsOf } from './lint-output.ts';

export interface LintTextOptions {
  /** Say of each finding why it matters. */
  readonly explain: boolean;
}

export function lintText(outcomes: readonly LintOutcome[], { explain }: LintTextOptions): string {
  const all = outcomes.flatMap(({ diagnostics }) => diagnostics);
  const { listed, left } = fewOfEach(all);
  const shown = listed.map((each) => (explain ? explained(each) : formatDiagnostic(each)));
  const several = outcomes.length > 1;
  const about = outcomes.flatMap(({ kind, file, result }) =>
    result === undefined
      ? []
      : [...offLines(result), ...riskLines(result, kind)].map((line) => inFile(line, file, several)),
  );
  return [...shown, ...left, ...about, countsOf(all)].map((line) => `${line}\n`).join('');
}

/** More of one kind tell nobody anything new; faults are all listed. */
const mostOfOneRule = 20;

function fewOfEach(all: readonly Diagnostic[]): {
  readonly listed: readonly Diagnostic[];
  readonly left: readonly string[];
} {
  const seen = new Map<string, number>();
  const leftOut = new Map<string, number>();
  const listed = all.filter(({ rule, severity }) => {
    const nth = (seen.get(rule) ?? 0) + 1;
    seen.set(rule, nth);
    if (severity === 'error' || nth <= mostOfOneRule) return true;
    leftOut.set(rule, (leftOut.get(rule) ?? 0) + 1);
    return false;
  });
  const left = [...leftOut].map(([rule, more]) => `… and ${more} more of ${rule}. All of them: --format json`);
  return { listed, left };
}

const inFile = (line: string, file: string, several: boolean): string =>
  several && !line.startsWith(' ') ? `${visible(file)}: ${line}` : line;

function explained(diagnostic: Diagnostic): string {
  const why = lintRules.find(({ name }) => name === diagnostic.rule)?.why;
  return why === undefined ? formatDiagnostic(diagnostic) : `${formatDiagnostic(diagnostic)}\n  Why: ${why}`;
}

function offLines({ off, suppressed }: LintResult): readonly string[] {
  if (off.length === 0) return [];
  const lines = off.map((setting) => {
    const found = suppressed.filter((each) => each.setting === setting).length;
    const told = found === 0 ? 'nothing to set aside' : `${count(found, 'finding')} set aside`;
    return `  ${setting.rule}${whereOf(setting)}: ${told}. Reason: ${visible(setting.reason)}`;
  });
  return [`${count(off.length, 'rule')} turned off by the playbook:`, ...lines];
}

function whereOf({ steps }: Setting): string {
  return steps === undefined ? '' : ` (in ${steps.join(', ')})`;
}

function riskLines({ risk, riskFrom }: LintResult, kind: LintOutcome['kind']): readonly string[] {
  const how = kind === 'change' ? 'risk: low' : 'change: { risk: low }';
  if (riskFrom === 'nobody') return [`Checked as a low-risk change; say ${how}, medium or high.`];
  return riskFrom === 'caller' ? [`Checked as a ${risk}-risk change, as --risk says.`] : [];
}

/** `lint --rules`. */
export function rulesText(): string {
  return lintRules
    .map((rule) => `${rule.name} (${weightsOf(rule)})\n  ${rule.asks}\n  Why: ${rule.why}\n  Remedy: ${rule.remedy}\n`)
    .join('\n');
}

/** `note at medium risk, warning at high`. */
function weightsOf(rule: LintRule): string {
  const asked = risks.flatMap((risk) => {
    const level = rule.from[risk];
    return level === undefined ? [] : [{ risk, level }];
  });
  const [first, ...others] = asked.map(({ risk, level }) => `${level} at ${risk}`);
  if (first === undefined) return 'asked nowhere';
  const last = asked.at(-1)?.risk;
  return `${[`${first} risk`, ...others].join(', ')}${last === 'high' ? '' : ' and above'}`;
}
