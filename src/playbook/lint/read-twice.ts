/** The rule about values that reach a program which reads its text once more. */
import { hasExpression } from '../template.ts';
import type { LintRule } from './rule.ts';
import { rereadingPrograms } from './shell-programs.ts';

export const readTwice: LintRule = {
  name: 'read-twice',
  asks: 'No value reaches a program that reads its text once more, such as eval, ssh, sh -c or python3 -c.',
  why: 'Values are safe in shell text, but not in the text that such a program makes of it: there they become commands.',
  remedy: 'Pass the value in env: and quote it in the inner text, or use an adapter.',
  from: { low: 'warning' },
  find: ({ document, sites }) =>
    sites.flatMap(({ step, id, path }) =>
      [
        { run: step.run, at: [...path, 'run'] },
        { run: step.verify?.run, at: [...path, 'verify', 'run'] },
      ].flatMap(({ run, at }) => {
        if (run === undefined || !hasExpression(run)) return [];
        return rereadingPrograms(run).map(({ name, expression }) => ({
          path: at,
          step: id,
          message: `step ${id}: ${name} reads its text once more, and a value in it may become a command`,
          place: document.placeOfExpression(at, expression),
        }));
      }),
    ),
};
