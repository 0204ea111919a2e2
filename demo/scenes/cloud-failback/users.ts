/** What users do, through nginx: they add, change and delete entries, and look whether the service is well. */
import { type Service, services } from './site.ts';

export interface Entries {
  readonly site: string;
  readonly entries: number;
}

const added = 8;

/** In sentences. */
export async function useAll(url: string): Promise<string> {
  await Promise.all(services.map((service) => use(`${url}/${service}`)));
  return `${added} new entries with files in each service, one changed, one deleted`;
}

async function use(service: string): Promise<void> {
  await send('PUT', `${service}/entries/7?text=changed+in+the+cloud`);
  await send('DELETE', `${service}/entries/3`);
  for (let n = 1; n <= added; n += 1) await send('POST', `${service}/entries?text=it's+new:+"${n}"\\n%09`);
}

async function send(method: string, url: string): Promise<void> {
  const answer = await fetch(url, { method });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
}

export async function entriesAt(url: string, service: Service): Promise<Entries> {
  const answer = await fetch(`${url}/${service}/`);
  return answer.ok ? ((await answer.json()) as Entries) : { site: `status ${answer.status}`, entries: 0 };
}

/** `200`, or the status with what the service says. */
export async function healthAt(url: string, service: Service): Promise<string> {
  const answer = await fetch(`${url}/${service}/health`);
  if (answer.ok) return String(answer.status);
  const said = (await answer.text()).trim();
  const { faults = [] } = said.startsWith('{') ? (JSON.parse(said) as { readonly faults?: readonly string[] }) : {};
  return `${answer.status} ${faults.join(', ')}`.trim();
}
