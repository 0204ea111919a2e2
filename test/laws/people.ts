/** What people say in a scenario, as decisions. Each has a reason of its own, so that it is found in the journal. */

import type { Decision, Person } from '../../src/engine/protocol.ts';
import { refusal } from '../../src/engine/refusal.ts';
import type { Context } from '../../src/engine/state.ts';
import type { Answer, Word } from './scenario.ts';

export const someone: Person = { login: 'anna', sudoUser: null, claimed: null, host: 'ops1' };

export function decisionOf(word: Pick<Word, 'say' | 'cancels' | 'urgent'>, step: string, reason: string): Decision {
  const said = { by: someone, reason };
  const { say } = word;
  switch (say) {
    case 'stop':
      return { type: 'decision.stop', ...said, inFlight: word.cancels ? 'cancel' : 'finish', urgent: word.urgent };
    case 'pause':
    case 'resume':
    case 'reopen':
    case 'abandon':
      return { type: `decision.${say}`, ...said };
    default:
      return { type: `decision.${say}`, ...said, step };
  }
}

/** Something said; who says it looks at the run first. */
export interface Saying {
  readonly reason: string;
  readonly decide: (context: Context) => Decision;
}

/** Which step the word is about: mostly one of those that it can be said of. */
export function aimOf(word: Word, context: Context): string {
  const all = [...context.index.keys()];
  const open = all.filter((id) => refusal(context, decisionOf(word, id, '')) === undefined);
  const among = open.length === 0 || word.step % 4 === 0 ? all : open;
  return among[word.step % Math.max(1, among.length)] ?? 'none';
}

const patience = 6;

/** The answer to a question about the step's attempt; people do not try for ever. */
export function answerOf(answers: readonly Answer[], index: number, attempt: number): Answer {
  const answer = answers[(index + attempt) % Math.max(1, answers.length)] ?? { say: 'nothing', ms: 1 };
  return answer.say === 'retry' && attempt >= patience ? { ...answer, say: 'skip' } : answer;
}
