/**
 * `communication:` as steps, so that its channels are checked and planned as every step is; and the words that an update
 * says where the playbook writes none.
 */
import type { JsonObject } from '../kernel/json.ts';
import type { AdapterTable } from './adapter-facts.ts';
import type { Path, PlaybookContent, StepContent, StepSite } from './content.ts';
import { keysOf } from './schema-walk.ts';

export type CommunicationContent = NonNullable<PlaybookContent['communication']>;
export type ChannelContent = NonNullable<CommunicationContent['alert']>;

export const updateId = (audience: string): string => `update-${audience}`;
export const fallbackId = (audience: string): string => `update-${audience}-fallback`;
export const alertId = 'missed-update';

/** The channels as steps of a telling place: each audience's own, its fallback behind it, the alert at the end. */
export function communicationSites(content: PlaybookContent, adapters: AdapterTable): readonly StepSite[] {
  const { communication } = content;
  if (communication === undefined) return [];
  const sites = Object.entries(communication.audiences ?? {}).flatMap(([key, { channel, fallback }]) => {
    const path = ['communication', 'audiences', key];
    const id = updateId(key);
    const own = siteOf({ id, channel, path: [...path, 'channel'], parent: undefined }, content, adapters);
    if (fallback === undefined) return own;
    const other = { id: fallbackId(key), channel: fallback, path: [...path, 'fallback'], parent: id };
    return [...own, ...siteOf(other, content, adapters)];
  });
  const alert = { id: alertId, channel: communication.alert, path: ['communication', 'alert'], parent: undefined };
  return [...sites, ...siteOf(alert, content, adapters)];
}

/** Whether the path leads into a channel. */
export function isChannel(path: Path): boolean {
  if (path[0] !== 'communication') return false;
  return path[1] === 'alert' || (path[1] === 'audiences' && (path[3] === 'channel' || path[3] === 'fallback'));
}

interface Channel {
  readonly id: string;
  readonly channel: ChannelContent | undefined;
  readonly path: Path;
  readonly parent: string | undefined;
}

/** None for what the schema has refused. */
function siteOf({ id, channel, path, parent }: Channel, content: PlaybookContent, adapters: AdapterTable): StepSite[] {
  if (typeof channel?.uses !== 'string') return [];
  const schema = adapters.get(channel.uses)?.input;
  const fields = new Set(schema === undefined ? [] : keysOf(schema));
  const words = id === alertId ? alertWords : updateWords;
  const step: StepContent = {
    ...channel,
    with: { ...words(channel, fields, content), ...channel.with },
    timeout: channel.timeout ?? '30s',
    retry: channel.retry ?? { attempts: 2 },
  };
  return [{ id, step, place: 'notify', path, above: undefined, parent, isUpdate: true }];
}

/** Who reads a public page is not to learn step names and telephone numbers. */
const publicAdapters: ReadonlySet<string> = new Set(['statuspage']);

const lines = ['Now: ${{ run.doing }}', 'Done: ${{ run.done }}'];

function updateWords({ uses, with: given }: ChannelContent, fields: ReadonlySet<string>, content: PlaybookContent) {
  const facts = factsOf(content);
  const nextUpdate = '${{ run.nextUpdate }}';
  if (fields.has('stage') && publicAdapters.has(uses)) return { stage: 'update', nextUpdate };
  if (fields.has('stage')) {
    const { owner = '' } = facts;
    const next = '${{ run.next }}';
    return { stage: 'update', ...facts, owner, text: lines.join('\n'), next, nextUpdate };
  }
  return plainWords(given, fields, { ...wholeStory, ...facts }, `Backout of ${nameOf(content)}: how it stands`);
}

const wholeStory = {
  doing: '${{ run.doing }}',
  done: '${{ run.done }}',
  next: '${{ run.next }}',
  nextUpdate: '${{ run.nextUpdate }}',
};

function alertWords({ with: given }: ChannelContent, fields: ReadonlySet<string>, content: PlaybookContent) {
  const facts = factsOf(content);
  const summary = `Backout of ${nameOf(content)}: an update was not delivered`;
  if (fields.has('stage')) {
    const next = 'Tell them another way; it is tried again when the next update is due.';
    return { stage: 'update', summary, ...facts, text: '${{ run.missed }}', next, nextUpdate: '${{ run.nextUpdate }}' };
  }
  return plainWords(given, fields, { missed: '${{ run.missed }}', ...wholeStory, ...facts }, summary);
}

/** For receivers without fields of their own: e-mail has a subject and a text, a webhook a document. */
function plainWords(
  given: JsonObject | undefined,
  fields: ReadonlySet<string>,
  facts: Readonly<Record<string, string>>,
  subject: string,
): JsonObject {
  const all = Object.entries(facts);
  if (fields.has('subject') && fields.has('text')) {
    const text = all.map(([name, value]) => `${labels[name] ?? name}: ${value}`).join('\n');
    return { subject, text: `${text}\n` };
  }
  const isWebhook = fields.has('json') && fields.has('body') && fields.has('secret');
  if (!isWebhook || given?.body !== undefined || given?.json !== undefined) return {};
  return { json: { subject, run: '${{ run.id }}', ...facts } };
}

const labels: Readonly<Record<string, string>> = {
  missed: 'Not delivered',
  system: 'System',
  change: 'Change',
  access: 'Access',
  data: 'Data',
  health: 'Health',
  owner: 'Who speaks',
  doing: 'Now',
  done: 'Done',
  next: 'Next',
  nextUpdate: 'Next update',
};

function factsOf(content: PlaybookContent): Readonly<Record<string, string>> {
  const { communication, change, roles } = content;
  const speaker = communication?.speaker;
  const role = speaker === undefined ? undefined : roles?.[speaker];
  const owner = [role?.name ?? speaker, role?.contact].filter((part) => part !== undefined).join(', ');
  return {
    system: '${{ run.system }}',
    ...(change?.id === undefined ? {} : { change: change.id }),
    access: '${{ run.access }}',
    data: '${{ run.data }}',
    health: '${{ run.health }}',
    ...(owner === '' ? {} : { owner }),
  };
}

function nameOf({ change, system, name }: PlaybookContent): string {
  const what = (system ?? name).replaceAll(/\s+/g, ' ');
  return change?.id === undefined ? what : `${change.id} (${what})`;
}
