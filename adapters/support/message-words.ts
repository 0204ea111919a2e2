/** The texts of a message that nobody wrote. They say only what holds for every backout. */
import type { Message, Stage } from './message.ts';

const what: Readonly<Record<Stage, string>> = {
  begun: 'has begun',
  update: 'goes on',
  ended: 'has ended well',
  failed: 'has not succeeded: people must take over',
};

export function defaultSummary({ stage, change = '', system = '' }: Message): string {
  const both = change !== '' && system !== '' ? `${change} (${system})` : change + system;
  return `${both === '' ? 'A backout' : `The backout of ${both.replaceAll(/\s+/g, ' ')}`} ${what[stage]}`;
}

export const defaultNext: Readonly<Record<Stage, string>> = {
  begun: 'access is closed, what was there before is put back, and access opens once the health checks have passed',
  update: '',
  ended: '',
  failed: 'nothing more is done by itself; access stays as it is until people decide',
};

const words: Readonly<Record<'access' | 'data' | 'health', Readonly<Record<string, string>>>> = {
  access: { open: 'open', closed: 'closed, users cannot get in', unknown: 'not known, have it looked at' },
  data: {
    untouched: 'untouched, nothing has been restored',
    restoring: 'being restored, not to be relied on',
    restored: 'restored',
    unknown: 'not known, not to be relied on',
  },
  health: { proven: 'proven, every check has passed', failing: 'failing', unknown: 'not known, not proven by checks' },
};

/** The engine's word, explained; anything else as it stands. */
export function inWords(of: keyof typeof words, value: string | undefined): string | undefined {
  return value === undefined || !Object.hasOwn(words[of], value) ? value : words[of][value];
}
