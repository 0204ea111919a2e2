/** P8: what was done is shown to be what was written, and any change to it is found. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { Site } from '../rig/site.ts';

jest.setTimeout(60_000);

const playbook = 'name: shop\nphases: { restore: [{ id: one, run: "echo one" }, { id: two, run: "echo two" }] }\n';
const run = ['run', 'playbook.yaml', '--yes'];

async function finished(...flags: readonly string[]): Promise<Site> {
  const site = new Site(playbook);
  expect((await site.call([...run, ...flags])).code).toBe(0);
  return site;
}

function edit(site: Site, change: (lines: string[]) => readonly string[]): void {
  const path = site.runPath('journal.ndjson');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

test.each([
  ['an edited word', (lines: string[]) => lines.with(2, lines[2]?.replace('one', 'two') ?? ''), 3],
  ['a removed line', (lines: string[]) => lines.toSpliced(2, 1), 3],
  ['two lines swapped', (lines: string[]) => lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''), 3],
  ['a line twice', (lines: string[]) => lines.toSpliced(2, 0, lines[1] ?? ''), 3],
  ['another first line', (lines: string[]) => lines.with(0, lines[0]?.replace('"pid":', '"pid":1') ?? ''), 1],
])('%s is damage, and the line is named', async (_, change, line) => {
  const site = await finished();
  const id = site.runs[0] ?? '';
  edit(site, change);
  const { code, stdout } = await site.call(['audit', 'verify', id]);
  expect([code, stdout]).toEqual([7, expect.stringMatching(new RegExp(`Damaged at line ${line}:`))]);
  for (const words of [
    ['status', id],
    ['resume', id],
    ['report', id],
  ])
    expect((await site.call(words)).code).toBe(7);
  expect((await site.call(['runs'])).stdout).toMatch(/damaged/);
});

test('a cut tail is intact but not closed; whoever holds a later head sees that it was cut', async () => {
  const site = await finished();
  const id = site.runs[0] ?? '';
  const [, third] = [site.entries[1], site.entries[2]];
  const head = site.entries.at(-1)?.hash ?? '';
  expect((await site.call(['audit', 'verify', id, '--head', head])).code).toBe(0);
  const earlier = await site.call(['audit', 'verify', id, '--head', third?.hash ?? '']);
  expect([earlier.code, earlier.stdout]).toEqual([0, expect.stringMatching(/entry 3; 3 follow/)]);
  edit(site, (lines) => lines.slice(0, 4));
  const cut = await site.call(['audit', 'verify', id]);
  expect([cut.code, cut.stdout]).toEqual([0, expect.stringMatching(/^Intact, but not closed/)]);
  expect((await site.call(['audit', 'verify', id, '--head', head])).code).toBe(7);
  expect((await site.call(['audit', 'verify', 'nosuch.ndjson'])).code).toBe(2);
});

test('entries are signed when a key is given, and checked against the public one', async () => {
  const keys = generateKeyPairSync('ed25519');
  const others = generateKeyPairSync('ed25519');
  const pem = (key: typeof keys.publicKey) => key.export({ type: 'spki', format: 'pem' });
  const site = new Site(playbook);
  site.write('key.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  site.write('pub.pem', pem(keys.publicKey));
  site.write('other.pem', pem(others.publicKey));
  expect((await site.call([...run, '--signing-key', 'key.pem'])).code).toBe(0);
  const id = site.runs[0] ?? '';
  const good = await site.call(['audit', 'verify', id, '--key', 'pub.pem']);
  expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/6 signatures checked/)]);
  expect((await site.call(['audit', 'verify', id, '--key', 'other.pem'])).code).toBe(7);
});

test('the journal is copied elsewhere as it is written: to a file, and over the network', async () => {
  const site = await finished('--journal-copy', 'copy.ndjson');
  expect(site.read('copy.ndjson')).toBe(readFileSync(site.runPath('journal.ndjson'), 'utf8'));
  expect((await site.call(['audit', 'verify', 'copy.ndjson'])).code).toBe(0);
  let received = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site.atEnd(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expect((await site.call([...run, '--journal-copy', `tcp://127.0.0.1:${port}`])).code).toBe(0);
  expect(received).toContain(readFileSync(site.runPath('journal.ndjson'), 'utf8'));
});

test('a stored plan that is not the one the journal names is exit 7, and nothing is run', async () => {
  const site = new Site(playbook.replace('echo one', 'exit 1'));
  expect((await site.call(run)).code).toBe(1);
  const id = site.runs[0] ?? '';
  const path = site.runPath('plan.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('echo two', 'touch pwned'));
  for (const words of [
    ['resume', id, '--reopen'],
    ['skip', id, 'one', '--reason', 'x'],
    ['status', id],
    ['audit', 'verify', id],
  ]) {
    const { code, stderr } = await site.call(words);
    expect([words[0], code, stderr]).toEqual([words[0], 7, expect.stringMatching(/plan/)]);
  }
  expect(site.read('pwned')).toBe('');
});

test('the JUnit report is well-formed XML, whatever a step has printed', async () => {
  const site = new Site(
    `name: shop\nphases: { restore: [{ id: bad, run: "echo '<&]]>\\"' >&2; printf '\\\\033[1m' >&2; exit 1" }] }\n`,
  );
  await site.call(run);
  const { stdout } = await site.call(['report', '--format', 'junit']);
  const open: string[] = [];
  for (const [tag, close, name = '', selfClosing] of stdout.matchAll(
    /<(\/?)([a-z-]+)(?:\s+[\w.:-]+="[^"<]*")*\s*(\/?)>/g,
  )) {
    if (close === '/') expect([tag, open.pop()]).toEqual([tag, name]);
    else if (selfClosing === '') open.push(name);
  }
  expect(open).toEqual([]);
  const text = stdout.replace(/^<\?xml[^>]*\?>/, '').replace(/<\/?[a-z-]+(?:\s+[\w.:-]+="[^"<]*")*\s*\/?>/g, '');
  expect(text).not.toMatch(/<|]]>|&(?!(?:lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);)/i);
  expect(stdout).toMatch(/<testcase[\s\S]*<failure/);
  expect(stdout).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
});
