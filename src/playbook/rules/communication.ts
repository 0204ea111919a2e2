/** What `communication` names is there, and no interval is so short that nobody could read what comes. */
import type { Diagnostic } from '../../kernel/diagnostic.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { alertId, type CommunicationContent, fallbackId, updateId } from '../communication.ts';
import type { Path } from '../content.ts';
import type { PlaybookDocument } from '../document.ts';
import type { Examined } from '../examined.ts';
import { didYouMean } from '../suggest.ts';

const shortestMs = 1_000;

export function checkCommunication(examined: Examined): readonly Diagnostic[] {
  const { communication } = examined.content;
  if (typeof communication !== 'object' || communication === null) return [];
  return [
    ...checkSpeaker(examined, communication),
    ...checkAudiences(examined.document, communication),
    ...checkIntervals(examined.document, communication),
    ...checkIds(examined, communication),
  ];
}

function checkSpeaker({ content, document }: Examined, { speaker }: CommunicationContent): readonly Diagnostic[] {
  const roles = Object.keys(content.roles ?? {});
  if (speaker === undefined || roles.includes(speaker)) return [];
  const remedy = didYouMean(speaker, roles, 'Declare it in roles, with a name and a contact.');
  return [document.error('unknown-role', ['communication', 'speaker'], `there is no role "${speaker}"`, remedy)];
}

function checkAudiences(document: PlaybookDocument, { audiences }: CommunicationContent): readonly Diagnostic[] {
  if (Object.keys(audiences ?? {}).length > 0) return [];
  const message = 'communication names no audience, so no update is sent to anybody';
  return [document.error('no-audience', ['communication'], message, 'Add audiences, each with its channel.', 'key')];
}

function checkIntervals(document: PlaybookDocument, content: CommunicationContent): readonly Diagnostic[] {
  const cadence = Object.entries(content.cadence ?? {}).map(([impact, every]) => ({
    every,
    path: ['communication', 'cadence', impact],
  }));
  const own = Object.entries(content.audiences ?? {}).map(([key, audience]) => ({
    every: audience?.every,
    path: ['communication', 'audiences', key, 'every'],
  }));
  return [...cadence, ...own].flatMap(({ every, path }) => checkInterval(document, every, path));
}

function checkInterval(document: PlaybookDocument, every: string | undefined, path: Path): readonly Diagnostic[] {
  const ms = typeof every === 'string' ? parseDuration(every) : undefined;
  if (ms === undefined || ms >= shortestMs) return [];
  const message = `${String(path.at(-1))} is ${every}: updates come at least 1s apart`;
  return [document.error('too-often', path, message, 'Write how often people want to hear, such as 15m.')];
}

/** A step of the plan must not have the id of an update. */
function checkIds({ sites, document }: Examined, { audiences, alert }: CommunicationContent): readonly Diagnostic[] {
  const keys = Object.keys(audiences ?? {});
  const taken = new Set([...keys.flatMap((key) => [updateId(key), fallbackId(key)]), ...(alert ? [alertId] : [])]);
  const twice = keys.filter((key) => keys.includes(key.replace(/-fallback$/, '')) && key.endsWith('-fallback'));
  return [
    ...sites
      .filter(({ id }) => taken.has(id))
      .map(({ id, path }) =>
        document.error(
          'id-taken',
          [...path, 'id'],
          `${id} is the name of a regular update`,
          'Name the step otherwise.',
        ),
      ),
    ...twice.map((key) => {
      const message = `the audience ${key} has the name of another audience's fallback`;
      return document.error('id-taken', ['communication', 'audiences', key], message, 'Name it otherwise.', 'key');
    }),
  ];
}
