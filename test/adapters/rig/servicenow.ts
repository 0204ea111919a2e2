/** ServiceNow's Table API as its documentation says it answers, with one incident and one change. */
import * as z from 'zod/mini';
import { asDocumented, type Before, receiver } from './receiver.ts';
import type { Answer, Heard } from './servers.ts';

export interface ServiceRecord {
  readonly table: string;
  readonly sys_id: string;
  readonly number: string;
  readonly columns: { readonly [column: string]: string };
  /** The newest first, as the journal shows them. */
  readonly notes: { readonly work_notes: readonly string[]; readonly comments: readonly string[] };
}

export const login = { user: 'backout', password: 'right-password' };
const columns = z.record(z.string().check(z.regex(/^[a-z][a-z0-9_]*$/)), z.string());
const note = z.string().check(z.maxLength(4_000));
const writing = z.pipe(
  columns,
  z.transform(({ work_notes = '', comments = '', ...rest }) => ({ work_notes, comments, rest })),
);
const states: Readonly<Record<string, string>> = {
  1: 'New',
  2: 'In Progress',
  3: 'Closed',
  6: 'Resolved',
  '-1': 'Implement',
};

export interface ServiceNow {
  readonly before?: Before;
  /** Columns that the account may not write: left out without a word. */
  readonly locked?: readonly string[];
  /** Columns that the account may not read. */
  readonly hidden?: readonly string[];
}

export async function serviceNow({ before = asDocumented, locked = [], hidden = [] }: ServiceNow = {}) {
  const records: ServiceRecord[] = [
    make('incident', 'INC0010001', { state: '2', short_description: 'Shop is slow' }),
    make('change_request', 'CHG0000042', { state: '-1', short_description: 'Release 4.2' }),
  ];
  const server = await receiver(before, answer);

  function answer({ method, url, headers, body }: Heard): ReturnType<Answer> {
    const basic = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
    if (headers.authorization !== basic && headers.authorization !== 'Bearer right-token') {
      return refused(401, 'User Not Authenticated', 'Required to provide Auth information');
    }
    const { pathname, searchParams } = new URL(url, 'http://x');
    const [, table, id] = /^\/api\/now\/table\/(\w+)(?:\/([0-9a-f]{32}))?$/.exec(pathname) ?? [];
    if (table === undefined || searchParams.get('sysparm_display_value') !== 'all')
      return refused(400, 'Invalid', pathname);
    if (method === 'GET') return looked(table, searchParams);
    const given = z.safeParse(writing, JSON.parse(body));
    if (!given.success || !/^application\/json/.test(String(headers['content-type']))) return refused(400, 'Bad', body);
    return method === 'POST' ? opened(table, given.data) : changed(id, given.data);
  }

  function looked(table: string, params: URLSearchParams): ReturnType<Answer> {
    const [column = '', value = ''] = (params.get('sysparm_query') ?? '').split('=');
    const found = records.filter(
      (each) => each.table === table && (column === 'number' ? each.number : each.columns[column]) === value,
    );
    return said(200, { result: found.slice(0, Number(params.get('sysparm_limit'))).map(shown) });
  }

  function opened(table: string, given: z.infer<typeof writing>): ReturnType<Answer> {
    const made = make(table, `INC001000${records.length}`, { state: '1' });
    records.push(made);
    return said(201, { result: shown(change(made, given)) });
  }

  function changed(id: string | undefined, given: z.infer<typeof writing>): ReturnType<Answer> {
    const found = records.find((each) => each.sys_id === id);
    if (found === undefined)
      return refused(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
    if (given.rest.state === '6' && given.rest.close_code === undefined) {
      return refused(
        403,
        'Operation Failed',
        'Error: Data Policy Exception: The following fields are mandatory: Close code',
      );
    }
    return said(200, { result: shown(change(found, given)) });
  }

  function change(old: ServiceRecord, { work_notes, comments, rest }: z.infer<typeof writing>): ServiceRecord {
    const may = Object.entries(rest).filter(([column]) => !locked.includes(column));
    const add = (kind: 'work_notes' | 'comments', text: string) =>
      text === '' || locked.includes(kind) ? old.notes[kind] : [z.parse(note, text), ...old.notes[kind]];
    const notes = { work_notes: add('work_notes', work_notes), comments: add('comments', comments) };
    const made = { ...old, columns: { ...old.columns, ...Object.fromEntries(may) }, notes };
    records[records.indexOf(old)] = made;
    return made;
  }

  function shown({ sys_id, number, columns: own, notes }: ServiceRecord): object {
    const journal = (kind: 'work_notes' | 'comments', label: string) => ({
      value: '',
      display_value: notes[kind].map((text) => `2026-11-22 04:00:00 - Backout (${label})\n${text}\n\n`).join(''),
    });
    const all = {
      ...Object.fromEntries(
        Object.entries(own).map(([column, value]) => [column, { value, display_value: worded(column, value) }]),
      ),
      sys_id: { value: sys_id, display_value: sys_id },
      number: { value: number, display_value: number },
      work_notes: journal('work_notes', 'Work notes'),
      comments: journal('comments', 'Additional comments'),
    };
    return Object.fromEntries(Object.entries(all).filter(([column]) => !hidden.includes(column)));
  }

  return { ...server, records, instance: `http://127.0.0.1:${server.port}` };
}

function make(table: string, number: string, own: { readonly [column: string]: string }): ServiceRecord {
  const sys_id = number
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .padStart(32, '0');
  return { table, sys_id, number, columns: { close_code: '', ...own }, notes: { work_notes: [], comments: [] } };
}

const worded = (column: string, value: string): string => (column === 'state' ? (states[value] ?? value) : value);
const refused = (status: number, message: string, detail: string) =>
  said(status, { error: { message, detail }, status: 'failure' });
const said = (status: number, answer: unknown): ReturnType<Answer> => ({ status, body: JSON.stringify(answer) });
