/** What the playbook itself says of rules: `lint: { no-contingency: { level: off, reason: '…' } }`. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import type { PlaybookContent } from '../content.ts';
import { didYouMean } from '../suggest.ts';
import type { Level, Linted, LintRule } from './rule.ts';

export interface Setting {
  readonly rule: string;
  readonly level: Level | 'off';
  readonly reason: string;
  /** Only in these steps; undefined: everywhere. */
  readonly steps: readonly string[] | undefined;
}

type SettingContent = NonNullable<PlaybookContent['lint']>[string];

export function settingsOf({ lint = {} }: PlaybookContent): ReadonlyMap<string, Setting> {
  return new Map(
    Object.entries<SettingContent>(lint).map(([rule, { level, reason, steps }]) => [
      rule,
      { rule, level, reason, steps },
    ]),
  );
}

/** Only lint looks whether the names are known: a run must not stop because a rule was renamed since. */
export function checkSettings({ content, document, sites }: Linted, rules: readonly LintRule[]): readonly Diagnostic[] {
  const names = rules.map(({ name }) => name);
  const ids = sites.map(({ id }) => id);
  return [...settingsOf(content).values()].flatMap(({ rule, steps = [] }) => {
    if (!names.includes(rule)) {
      const remedy = didYouMean(rule, names, 'See: backout lint --rules. An error cannot be set.');
      return [document.error('unknown-rule', ['lint', rule], `there is no lint rule "${rule}"`, remedy, 'key')];
    }
    return steps.flatMap((id, index) => {
      if (ids.includes(id)) return [];
      const message = `the lint rule ${rule} is set for a step that there is not: ${id}`;
      return [document.error('unknown-step', ['lint', rule, 'steps', index], message, didYouMean(id, ids))];
    });
  });
}

/** The setting that holds for a weakness in this step (undefined: in none). */
export function settingFor(setting: Setting | undefined, step: string | undefined): Setting | undefined {
  if (setting?.steps === undefined) return setting;
  return step !== undefined && setting.steps.includes(step) ? setting : undefined;
}
