/** Every lint rule. The order is that of the documentation. */
import { accessRules } from './access.ts';
import { partRules } from './parts.ts';
import { peopleRules } from './people.ts';
import { regularUpdateRules } from './regular-updates.ts';
import { rehearsalRules } from './rehearsed.ts';
import { restoringRules } from './restoring.ts';
import type { LintRule } from './rule.ts';
import { safetyRules } from './safety.ts';
import { takenBackRules } from './taken-back.ts';
import { tellingRules } from './telling.ts';
import { timeRules } from './time.ts';

export const lintRules: readonly LintRule[] = [
  ...partRules,
  ...peopleRules,
  ...tellingRules,
  ...regularUpdateRules,
  ...accessRules,
  ...restoringRules,
  ...takenBackRules,
  ...timeRules,
  ...rehearsalRules,
  ...safetyRules,
];
