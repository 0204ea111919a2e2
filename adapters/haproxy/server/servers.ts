/** The servers of a backend as they stand: `show servers state` (what was asked for) and `show stat` (what is true). */
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import type { Input } from './input.ts';
import type { Ask } from './runtime.ts';

export interface Server {
  readonly name: string;
  /** What somebody has set at run time or in the configuration; not what health checks say. */
  readonly state: 'ready' | 'drain' | 'maint';
  readonly weight: number;
  /** Sessions and queued requests. */
  readonly sessions: number;
  /** As on the page of statistics: `UP`, `UP 1/3`, `DOWN`, `no check`, `MAINT`. */
  readonly status: string;
}

/** The bits of `srv_admin_state` that are set by hand or by `disabled`. */
const forcedMaint = 0x01;
const forcedDrain = 0x08;

/** The servers that are asked for, in the order in which the configuration has them. */
export async function selected(ask: Ask, asked: Input): Promise<Result<readonly Server[], Trouble>> {
  const all = await serversOf(ask, asked.backend);
  if (!all.ok || asked.server === undefined) return all;
  const wanted = new Set(asked.server);
  const found = all.value.filter(({ name }) => wanted.delete(name));
  if (wanted.size === 0) return ok(found);
  const known = all.value.map(({ name }) => name).join(', ');
  return trouble(
    `Backend ${asked.backend} has no server ${[...wanted].join(', ')}`,
    `Correct \`server\`; it has ${known}.`,
  );
}

async function serversOf(ask: Ask, backend: string): Promise<Result<readonly Server[], Trouble>> {
  const states = await ask(`show servers state ${backend}`);
  if (!states.ok) return states;
  if (states.value.includes("Can't find backend")) return noBackend(ask, backend);
  const rows = table(states.value.replace(/^\d+\s*\n/, ''), ' ');
  const id = rows[0]?.be_id;
  if (id === undefined) return unreadable('show servers state', states.value);
  const stat = await ask(`show stat ${id} 4 -1`);
  if (!stat.ok) return stat;
  const figures = new Map(table(stat.value, ',').map((row) => [row.svname, row]));
  const servers = rows.map((row) => serverFrom(row, figures.get(row.srv_name)));
  const whole = servers.filter((server) => server !== undefined);
  return whole.length === servers.length ? ok(whole) : unreadable('show stat', stat.value);
}

async function noBackend(ask: Ask, backend: string): Promise<Result<never, Trouble>> {
  const known = await ask('show backend');
  const names = known.ok ? known.value.split('\n').filter((line) => line !== '' && !line.startsWith('#')) : [];
  return trouble(`HAProxy has no backend ${backend}`, `Correct \`backend\`; it has ${names.join(', ') || 'none'}.`);
}

const unreadable = (command: string, answer: string) =>
  trouble(
    `HAProxy answered \`${command}\` with what is not understood`,
    'Version 2.0 or newer is needed; see its answer.',
    answer.slice(0, 500),
  );

type Row = { readonly [column: string]: string };

/** Columns are named by the first line, which begins with `# `. */
function table(answer: string, separator: string): readonly Row[] {
  const [heading = '', ...lines] = answer.split('\n').filter((line) => line !== '');
  const columns = heading.replace(/^# /, '').split(separator);
  return lines.map((line) => {
    const values = line.split(separator);
    return Object.fromEntries(columns.map((column, at) => [column, values[at] ?? '']));
  });
}

function serverFrom(row: Row, figures: Row | undefined): Server | undefined {
  const admin = Number(row.srv_admin_state);
  const weight = Number(row.srv_uweight);
  const sessions = Number(figures?.scur) + Number(figures?.qcur);
  const { srv_name: name } = row;
  if (name === undefined || figures?.status === undefined || ![admin, weight, sessions].every(Number.isInteger))
    return undefined;
  const state = (admin & forcedMaint) !== 0 ? 'maint' : (admin & forcedDrain) !== 0 ? 'drain' : 'ready';
  return { name, state, weight, sessions, status: figures.status };
}

/** `UP 1/3` is not enough: opened again, a server is believed to be up until its first check has ended. */
export const isUp = ({ status }: Server): boolean => status === 'UP' || status === 'no check';

export const namesOf = (servers: readonly { readonly name: string }[]): string =>
  servers.map(({ name }) => name).join(', ');
