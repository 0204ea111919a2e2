/** A valid playbook → what it still lacks for a change of its risk, each with its place and what to write. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { AdapterTable } from '../adapter-facts.ts';
import { inOrder } from '../check.ts';
import { allSites } from '../content.ts';
import type { Playbook } from '../examined.ts';
import { type LintFacts, nothingKnown } from './facts.ts';
import { type Level, type Linted, type LintRule, levelAt, type Risk, type Weakness } from './rule.ts';
import { lintRules } from './rules.ts';
import { checkSettings, type Setting, settingFor, settingsOf } from './settings.ts';
import { writtenSecret } from './written-secrets.ts';

export interface LintInput {
  readonly adapters: AdapterTable;
  readonly facts?: LintFacts;
  /** Instead of what the playbook says. */
  readonly risk?: Risk | undefined;
}

/** A weakness that the playbook has turned off. */
export interface Suppressed {
  readonly finding: Diagnostic;
  readonly setting: Setting;
}

export interface LintResult {
  readonly risk: Risk;
  /** Where the risk is from: the caller, the playbook, or nobody has said it. */
  readonly riskFrom: 'caller' | 'playbook' | 'nobody';
  readonly findings: readonly Diagnostic[];
  readonly suppressed: readonly Suppressed[];
  /** What the playbook turns off, whether it would have fired or not. */
  readonly off: readonly Setting[];
}

export function lintPlaybook(playbook: Playbook, { adapters, facts = nothingKnown, risk }: LintInput): LintResult {
  const own = playbook.content.change?.risk;
  const judged = risk ?? own ?? 'low';
  const linted: Linted = { ...playbook, sites: allSites(playbook.content), adapters, facts };
  const settings = settingsOf(playbook.content);
  const findings: Diagnostic[] = [...checkSettings(linted, lintRules)];
  const suppressed: Suppressed[] = [];
  for (const rule of lintRules) {
    const asked = levelAt(rule, judged);
    const set = settings.get(rule.name);
    if (asked === undefined && set === undefined) continue;
    for (const weakness of rule.find(linted)) {
      const setting = settingFor(set, weakness.step);
      const level = setting?.level ?? asked;
      if (level === undefined) continue;
      if (setting !== undefined && level === 'off')
        suppressed.push({ finding: findingOf(linted, rule, weakness, asked ?? 'note'), setting });
      else if (level !== 'off') findings.push(findingOf(linted, rule, weakness, level));
    }
  }
  const riskFrom = risk !== undefined ? 'caller' : own !== undefined ? 'playbook' : 'nobody';
  const known = new Set(lintRules.map(({ name }) => name));
  const off = [...settings.values()].filter(({ rule, level }) => level === 'off' && known.has(rule));
  return { risk: judged, riskFrom, findings: inOrder(withoutSecrets(findings)), suppressed, off };
}

function findingOf({ document }: Linted, rule: LintRule, weakness: Weakness, severity: Level): Diagnostic {
  const { path, message, remedy = rule.remedy, place = document.place(path) } = weakness;
  return { severity, rule: rule.name, message, remedy, ...place };
}

/** What other rules say of a line with a secret does not show it either. */
function withoutSecrets(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const hidden = new Set(findings.filter(({ rule }) => rule === writtenSecret.name).flatMap(linesOf));
  return findings.map((finding) => {
    const [first = ''] = linesOf(finding);
    const { sourceLine: _, ...bare } = finding;
    return hidden.has(first) ? bare : finding;
  });
}

function linesOf({ range }: Diagnostic): readonly string[] {
  if (range === undefined) return [];
  const { file, line, endLine } = range;
  return Array.from({ length: endLine - line + 1 }, (_, index) => `${file}:${line + index}`);
}
