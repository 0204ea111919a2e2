/** What a lint rule is, and what it looks at. The rules themselves stand in this folder, a file for each group. */
import type { AdapterTable } from '../adapter-facts.ts';
import type { Path, StepSite } from '../content.ts';
import type { Playbook } from '../examined.ts';
import type { Placed } from '../source.ts';
import type { LintFacts } from './facts.ts';

export const risks = ['low', 'medium', 'high'] as const;
/** How risky the change is: what decides how much is asked of its playbook. */
export type Risk = (typeof risks)[number];

export type Level = 'note' | 'warning' | 'error';

export interface LintRule {
  /** Stable, kebab-case: names the weakness, not the wish. */
  readonly name: string;
  /** What is asked, in one sentence. */
  readonly asks: string;
  /** What happens to people who leave it out. */
  readonly why: string;
  /** What to write. */
  readonly remedy: string;
  /** The lowest risk at which it is asked, and how much it then weighs; a higher risk keeps what is not said anew. */
  readonly from: { readonly [risk in Risk]?: Level };
  find(linted: Linted): readonly Weakness[];
}

export interface Weakness {
  readonly path: Path;
  /** One line that stands alone: which thing, with which value. */
  readonly message: string;
  /** Where it can be said more exactly than by the rule. */
  readonly remedy?: string;
  /** Where the path alone does not lead to the place, or the line must not be shown. */
  readonly place?: Pick<Placed, 'range'> & Partial<Placed>;
  /** The step it is found in, so that the playbook can set the rule for that step alone. */
  readonly step?: string;
}

export interface Linted extends Playbook {
  readonly sites: readonly StepSite[];
  readonly adapters: AdapterTable;
  readonly facts: LintFacts;
}

/** How much the rule weighs at this risk; undefined: it is not asked. */
export function levelAt(rule: LintRule, risk: Risk): Level | undefined {
  let level: Level | undefined;
  for (const each of risks) {
    level = rule.from[each] ?? level;
    if (each === risk) return level;
  }
  return level;
}
