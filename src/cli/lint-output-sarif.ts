/** Findings as SARIF 2.1.0, which code review tools read. What the playbook turned off is there as suppressed. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import { type LintRule, levelAt } from '../playbook/lint/rule.ts';
import { lintRules } from '../playbook/lint/rules.ts';
import type { LintOutcome } from './lint-outcome.ts';
import { version } from './version.ts';

export function lintSarif(outcomes: readonly LintOutcome[]): string {
  const found = outcomes.flatMap(({ file, diagnostics, result }) => [
    ...diagnostics.map((finding) => ({ file, finding, reason: undefined })),
    ...(result?.suppressed ?? []).map(({ finding, setting }) => ({ file, finding, reason: setting.reason })),
  ]);
  const rules = [...lintRules.map(ruleOf), ...faultsOf(found.map(({ finding }) => finding))];
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const results = found.map(({ file, finding, reason }) => ({
    ruleId: finding.rule,
    ruleIndex: indexOf.get(finding.rule) ?? -1,
    level: finding.severity,
    message: { text: finding.remedy === undefined ? finding.message : `${finding.message}\n${finding.remedy}` },
    locations: [locationOf(file, finding)],
    ...(reason === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: reason }] }),
  }));
  const run = { tool: { driver: { name: 'backout', version, rules } }, columnKind: 'utf16CodeUnits', results };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(rule: LintRule) {
  return {
    id: rule.name,
    shortDescription: { text: rule.asks },
    fullDescription: { text: rule.why },
    help: { text: `${rule.why}\n${rule.remedy}`, markdown: `${rule.why}\n\n**Remedy:** ${rule.remedy}` },
    defaultConfiguration: { level: levelAt(rule, 'high') ?? 'warning' },
  };
}

/** What makes a playbook invalid has no rule of its own to be looked up; its message says all. */
function faultsOf(findings: readonly Diagnostic[]) {
  const known = new Set(lintRules.map(({ name }) => name));
  const ids = new Set(findings.map(({ rule }) => rule).filter((rule) => !known.has(rule)));
  const text = 'The playbook is not valid, or cannot do what it says.';
  return [...ids].map((id) => ({
    id,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: 'Correct it at the place that is named.', markdown: 'Correct it at the place that is named.' },
    defaultConfiguration: { level: 'error' as const },
  }));
}

function locationOf(file: string, { range, sourceLine }: Diagnostic) {
  const artifactLocation = { uri: uriOf(range?.file ?? file) };
  if (range === undefined) return { physicalLocation: { artifactLocation } };
  const { line: startLine, column: startColumn, endLine, endColumn } = range;
  const snippet = sourceLine === undefined ? {} : { snippet: { text: sourceLine } };
  const region = { startLine, startColumn, endLine, endColumn, ...snippet };
  return { physicalLocation: { artifactLocation, region } };
}

/** Relative to where lint was called, as review tools want it; only what is outside is absolute. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(/[\\/]/).map(encodeURIComponent).join('/');
}
