import { describe, expect, test } from '@jest/globals';
import { adapter } from '../../adapters/servicenow/index.ts';
import { described } from './rig/described.ts';
import { login, serviceNow } from './rig/servicenow.ts';
import { complaints, perform, preflight, probe } from './rig/step.ts';

const on = (instance: string, more = {}) => ({ baseUrl: instance, ...login, number: 'INC0010001', ...more });

describe('servicenow', () => {
  test('writes a work note that says what is true, what is next and when the next update comes', async () => {
    const there = await serviceNow();
    const more = { stage: 'begun', change: 'CHG0042', access: 'closed', nextUpdate: '04:30 UTC', text: 'Two\nlines' };
    const performed = await perform(adapter, on(there.instance, more));
    expect(performed).toMatchObject({ ok: true, outputs: { number: 'INC0010001', state: 'In Progress' } });
    expect(there.records[0]?.notes).toEqual({
      comments: [],
      work_notes: [
        [
          'The backout of CHG0042 has begun',
          '',
          'Two',
          'lines',
          '',
          'Change: CHG0042',
          'Access: closed, users cannot get in',
          'Next: access is closed, what was there before is put back, and access opens once the health checks have passed',
          'Next update: 04:30 UTC',
          '',
          'backout run1-step-1',
        ].join('\n'),
      ],
    });
  });

  test('resolves an incident with its close code, and closes a change, by token', async () => {
    const there = await serviceNow();
    const resolved = { stage: 'ended', note: 'comments', state: 6, closeCode: 'Solution provided' };
    expect(await perform(adapter, on(there.instance, resolved))).toMatchObject({
      ok: true,
      outputs: { state: 'Resolved' },
    });
    expect(there.records[0]).toMatchObject({
      columns: { state: '6', close_code: 'Solution provided', close_notes: 'A backout has ended well' },
      notes: { comments: [expect.anything()], work_notes: [] },
    });
    const change = {
      table: 'change_request',
      number: 'CHG0000042',
      state: '3',
      closeCode: 'unsuccessful',
      closeNotes: 'Backed out',
    };
    const byToken = { baseUrl: there.instance, token: 'right-token', ...change };
    expect(await perform(adapter, byToken)).toMatchObject({ ok: true, outputs: { state: 'Closed' } });
    expect(there.records[1]).toMatchObject({
      columns: { state: '3', close_code: 'unsuccessful', close_notes: 'Backed out' },
    });
  });

  test.each([[[]], [['work_notes']]])('opens an incident, once for the same key; hidden: %j', async (hidden) => {
    const there = await serviceNow({ hidden });
    const { user, password } = login;
    const asked = {
      baseUrl: there.instance,
      user,
      password,
      stage: 'failed',
      set: { assignment_group: 'Service Desk' },
    };
    for (const key of ['01J.a.1', '01J.a.1']) {
      expect(await perform(adapter, asked, { key })).toMatchObject({ ok: true, outputs: { number: 'INC0010002' } });
    }
    expect(there.records.slice(2)).toMatchObject([
      {
        columns: {
          short_description: 'A backout has not succeeded: people must take over',
          correlation_id: '01J.a.1',
          assignment_group: 'Service Desk',
        },
        notes: { work_notes: [expect.anything()] },
      },
    ]);
    expect(await probe(adapter, asked, { key: '01J.a.1' })).toBe('yes');
    expect(await probe(adapter, asked, { key: '01J.a.2' })).toBe('no');
  });

  test.each(['POST', 'PATCH'])('cut off after a %s was done, it is not done twice', async (method) => {
    let cuts = 0;
    const there = await serviceNow({
      before: (heard) => {
        if (heard.method !== method || cuts > 0) return undefined;
        cuts += 1;
        return 'then cut';
      },
    });
    const { number, ...opening } = on(there.instance);
    expect(await perform(adapter, method === 'POST' ? opening : { ...opening, number })).toMatchObject({ ok: true });
    expect(cuts).toBe(1);
    expect(there.records).toHaveLength(method === 'POST' ? 3 : 2);
    expect(there.records.at(method === 'POST' ? 2 : 0)?.notes.work_notes).toHaveLength(1);
  });

  test.each(['opening', 'noting'])(
    'a query that the instance leaves out finds a stranger, which is not taken: %s',
    async (what) => {
      const stranger = {
        sys_id: { value: 'a'.repeat(32) },
        number: { value: 'INC7' },
        correlation_id: { value: 'another' },
      };
      const body = JSON.stringify({ result: [stranger] });
      const there = await serviceNow({ before: ({ method }) => (method === 'GET' ? { body } : undefined) });
      const { number, ...opening } = on(there.instance);
      const performed = await perform(adapter, what === 'opening' ? opening : { ...opening, number });
      if (what === 'opening') expect(performed).toMatchObject({ ok: true, outputs: { number: 'INC0010002' } });
      else expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining('there is no INC0010001') });
    },
  );

  test('the same key finds its note, the next attempt writes its own', async () => {
    const there = await serviceNow();
    for (const key of ['01J.a.11', '01J.a.1', '01J.a.1']) await perform(adapter, on(there.instance), { key });
    expect(there.records[0]?.notes.work_notes).toHaveLength(2);
  });

  test('the note stands but the state does not: only the state is written', async () => {
    const there = await serviceNow();
    await perform(adapter, on(there.instance));
    expect(await probe(adapter, on(there.instance, { state: 6 }), {})).toBe('no');
    const asked = on(there.instance, { state: 6, closeCode: 'Solution provided' });
    expect(await perform(adapter, asked)).toMatchObject({ ok: true, outputs: { state: 'Resolved' } });
    expect(there.records[0]?.notes.work_notes).toHaveLength(1);
    expect(await probe(adapter, asked, {})).toBe('yes');
  });

  test.each([
    ['state', 'shows state "2", and not "6"'],
    ['close_code', 'shows close_code "", and not "Solution provided"'],
    ['work_notes', 'work_notes of INC0010001 do not show the message'],
  ])('what ServiceNow leaves out with 200 is seen: %s', async (column, because) => {
    const there = await serviceNow({ locked: [column] });
    const [first] = there.records;
    if (first !== undefined) there.records[0] = { ...first, notes: { ...first.notes, work_notes: ['By telephone'] } };
    const performed = await perform(adapter, on(there.instance, { state: 6, closeCode: 'Solution provided' }));
    expect(performed).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
    expect(performed).toMatchObject({ reason: expect.stringContaining('may write') });
  });

  test('notes that the account may not read are said, and not taken for proven', async () => {
    const there = await serviceNow({ hidden: ['work_notes'] });
    expect(await perform(adapter, on(there.instance))).toMatchObject({
      ok: true,
      detail: expect.stringContaining('not shown'),
    });
    expect(await probe(adapter, on(there.instance), {})).toBe('unknown');
  });

  test.each([
    [{ password: 'wrong-password' }, /status 401.*`password`/],
    [{ number: 'INC9999999' }, /there is no INC9999999 in incident.*`number`/],
    [{ state: 6 }, /status 403.*Close code/],
  ])('says what is wrong, once: %j', async (more, because) => {
    const there = await serviceNow();
    const performed = await perform(adapter, on(there.instance, more));
    expect(performed).toMatchObject({ ok: false, reason: expect.stringMatching(because) });
    expect(JSON.stringify(performed)).not.toContain('wrong-password');
    expect(there.records[0]?.notes.work_notes).toEqual([]);
  });

  test('an instance that sleeps answers 200 with a page: no success', async () => {
    const there = await serviceNow({
      before: () => ({ status: 200, body: '<html>Your instance is hibernating</html>' }),
    });
    expect(await perform(adapter, on(there.instance))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('hibernating'),
    });
  });

  test.each([429, 503])('is tried again after %d', async (status) => {
    const there = await serviceNow({
      before: (_, n) => (n === 1 ? { status, headers: { 'retry-after': '0' } } : undefined),
    });
    expect(await perform(adapter, on(there.instance))).toMatchObject({ ok: true });
  });

  test('huge and hostile texts: cut and said, no HTML, and still found by the reference', async () => {
    const there = await serviceNow();
    const text = `[code]<script>x</script>[/CODE] ${'𝄞'.repeat(9_000)}`;
    for (const _ of [1, 2]) expect(await perform(adapter, on(there.instance, { text }))).toMatchObject({ ok: true });
    expect(there.records[0]?.notes.work_notes).toHaveLength(1);
    const [note = ''] = there.records[0]?.notes.work_notes ?? [];
    expect(note).not.toMatch(/\[\/?code\]/i);
    expect(note).toMatch(/\(\d+ characters cut\)\n\nbackout run1-step-1$/);
  });

  test('P10: what is not real says so', async () => {
    const there = await serviceNow();
    await perform(adapter, on(there.instance), { mode: 'dry-run' });
    expect(there.records[0]?.notes.work_notes[0]).toMatch(
      /^This is a DRY RUN: nothing is done for real\.\n\n\[DRY RUN\] /,
    );
  });

  test('preflight reads the record and writes nothing; a plan shows no password', async () => {
    const there = await serviceNow();
    expect(await preflight(adapter, on(there.instance))).toMatchObject({
      ok: true,
      checked: ['INC0010001 is there: In Progress'],
    });
    expect(await preflight(adapter, on(there.instance, { number: 'INC1' }))).toMatchObject({ ok: false });
    expect(await preflight(adapter, on(there.instance, { password: 'wrong-password' }))).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('`password`'),
    });
    expect(there.heard.every(({ method }) => method === 'GET')).toBe(true);
    expect(described(adapter, on(there.instance, { state: 6 }))).not.toContain(login.password);
  });

  test.each([
    [{ number: 'INC1^ORnumber=INC2' }, 'write it as INC0010001'],
    [{ token: 'also-a-token' }, 'not both'],
    [{ password: undefined }, 'together'],
    [{ number: undefined, table: 'change_request' }, 'only incidents'],
    [{ number: undefined, state: 6 }, 'not closed at once'],
    [{ set: { 'a^b': 'x' } }, 'Invalid'],
    [{ baseUrl: 'http://example.service-now.com' }, 'not sent unencrypted'],
  ])('refuses %j', (more, because) => {
    const given = Object.fromEntries(Object.entries(on('https://x', more)).filter(([, value]) => value !== undefined));
    expect(complaints(adapter, given as never)).toContain(because);
  });
});
