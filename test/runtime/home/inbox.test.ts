/** Decisions between real processes: each heard at most once, by whom the system says. */
import { chmodSync, chownSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Decision } from '../../../src/engine/protocol.ts';
import { runId } from '../../../src/kernel/run-id.ts';
import type { Answer } from '../../../src/ports/inbox.ts';
import { loginOf } from '../../../src/runtime/home/login.ts';
import { postDecision } from '../../../src/runtime/home/post-decision.ts';
import { watchInbox } from '../../../src/runtime/home/watch-inbox.ts';
import { atEnd, start, temporaryFolder } from './scratch.ts';

const claimed = { login: 'somebody-else', sudoUser: 'alice', claimed: 'Bob', host: 'elsewhere' };
const pause: Decision = { type: 'decision.pause', by: claimed, reason: 'look first' };
const skip: Decision = { type: 'decision.skip', by: claimed, reason: 'done by hand', step: 'restore-db' };
const long = 20_000;
const asRoot = process.getuid?.() === 0 ? test : test.skip;

function id(ms: number): string {
  return runId(ms, new Uint8Array(10));
}

interface Engine {
  readonly heard: Decision[];
  readonly trouble: string[];
}

function engineHere(folder: string, answer: (decision: Decision) => Promise<Answer>): Engine {
  const engine: Engine = { heard: [], trouble: [] };
  const hear = (decision: Decision): Promise<Answer> => {
    engine.heard.push(decision);
    return answer(decision);
  };
  const inbox = watchInbox(folder, hear, (message) => engine.trouble.push(message));
  atEnd(() => inbox.close());
  return engine;
}

const accept = async (): Promise<Answer> => ({ accepted: true, message: 'noted', seq: 7 });

test('posted here, heard in another process, answered here; nothing is left behind', async () => {
  const folder = temporaryFolder();
  const engine = start('engine.ts', folder);
  expect(await engine.line()).toBe('ready');
  const answers = [await postDecision(folder, pause, long), await postDecision(folder, skip, long)];
  expect(answers).toEqual([
    { ok: true, value: { accepted: true, message: 'heard decision.pause', seq: 1 } },
    { ok: true, value: { accepted: true, message: 'heard decision.skip', seq: 2 } },
  ]);
  const by = {
    login: userInfo().username,
    sudoUser: process.getuid?.() === 0 ? 'alice' : null,
    claimed: 'Bob',
    host: hostname(),
  };
  expect(JSON.parse(await engine.line())).toEqual({ ...pause, by });
  expect(JSON.parse(await engine.line())).toEqual({ ...skip, by });
  engine.process.stdin?.end();
  await engine.gone();
  expect(engine.process.exitCode).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test('posted in another process, heard here', async () => {
  const folder = temporaryFolder();
  const engine = engineHere(folder, accept);
  const poster = start('poster.ts', folder, JSON.stringify(skip), String(long));
  expect(JSON.parse(await poster.line())).toEqual({ ok: true, value: await accept() });
  expect(engine.heard).toMatchObject([{ type: 'decision.skip', step: 'restore-db' }]);
});

test('what was posted before the engine came is heard, in the order of posting', async () => {
  const folder = temporaryFolder();
  const posts = [pause, skip].map((decision) => postDecision(folder, decision, long));
  const engine = engineHere(folder, accept);
  expect(await Promise.all(posts)).toMatchObject([{ ok: true }, { ok: true }]);
  expect(engine.heard).toHaveLength(2);
});

test('without an engine a decision is withdrawn: no later engine hears it', async () => {
  const folder = temporaryFolder();
  expect(await postDecision(folder, pause, 0)).toEqual({ ok: false, error: 'withdrawn' });
  expect(readdirSync(folder)).toEqual([]);
});

test('an engine that takes it and does not answer: the poster is told that it may have been heard', async () => {
  const folder = temporaryFolder();
  const taken = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Answer>();
  engineHere(folder, () => {
    taken.resolve();
    return answer.promise;
  });
  const posted = postDecision(folder, pause, 300);
  await taken.promise;
  expect(await posted).toEqual({ ok: false, error: 'unanswered' });
  answer.resolve(await accept());
});

test('taken by an engine that died: the next one answers, and does not hear it again', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, `${id(1)}.taken`), JSON.stringify(pause));
  const engine = engineHere(folder, accept);
  expect(await postDecision(folder, skip, long)).toMatchObject({ ok: true });
  expect(engine.heard).toMatchObject([{ type: 'decision.skip' }]);
  expect(readdirSync(folder)).toEqual([`${id(1)}.answer.json`]);
});

test('an engine that throws answers, and goes on hearing', async () => {
  const folder = temporaryFolder();
  let calls = 0;
  const engine = engineHere(folder, async () => {
    if (++calls === 1) throw new TypeError('broken');
    return accept();
  });
  const message = 'The engine could not hear the decision: TypeError: broken';
  expect(await postDecision(folder, pause, long)).toEqual({ ok: true, value: { accepted: false, message, seq: null } });
  expect(await postDecision(folder, pause, long)).toMatchObject({ ok: true, value: { accepted: true } });
  expect(engine.trouble).toHaveLength(1);
});

const refusals: readonly [string, (path: string) => void, string][] = [
  ['not JSON', (path) => writeFileSync(path, '{'), 'cannot be read'],
  ['of no known kind', (path) => writeFileSync(path, '{"type":"decision.explode"}'), 'cannot be read'],
  ['with another key', (path) => writeFileSync(path, JSON.stringify({ ...pause, force: true })), 'cannot be read'],
  ['without its step', (path) => writeFileSync(path, JSON.stringify({ ...skip, step: undefined })), 'cannot be read'],
  ['too long', (path) => writeFileSync(path, JSON.stringify({ ...pause, more: 'x'.repeat(70_000) })), 'too long'],
  ['a folder', (path) => mkdirSync(path), 'not a plain file'],
  ['a link', (path) => symlinkSync('/etc/hostname', path), '(ELOOP)'],
  [
    'a second name of a file',
    (path) => {
      writeFileSync(`${path}.other`, JSON.stringify(pause));
      linkSync(`${path}.other`, path);
    },
    'not a plain file with one name',
  ],
  [
    'writable by others',
    (path) => {
      writeFileSync(path, JSON.stringify(pause));
      chmodSync(path, 0o664);
    },
    'could have been written by somebody else',
  ],
];

test.each(refusals)('a decision that is %s is refused, not heard', async (_name, make, reason) => {
  const folder = temporaryFolder();
  make(join(folder, `${id(1)}.json`));
  const engine = engineHere(folder, accept);
  expect(await postDecision(folder, pause, long)).toMatchObject({ ok: true, value: { accepted: true } });
  expect(engine.heard).toHaveLength(1);
  const { readFileSync } = await import('node:fs');
  const answer = JSON.parse(readFileSync(join(folder, `${id(1)}.answer.json`), 'utf8'));
  expect(answer).toMatchObject({ accepted: false, seq: null });
  expect(answer.message).toContain(reason);
});

asRoot('the owner of the file is who posted it, whatever it says (needs root)', async () => {
  const folder = temporaryFolder();
  const path = join(folder, `${id(1)}.json`);
  writeFileSync(path, JSON.stringify(pause));
  chownSync(path, 65_534, 65_534);
  const engine = engineHere(folder, accept);
  await postDecision(folder, skip, long);
  expect(engine.heard[0]?.by).toEqual({ login: loginOf(65_534), sudoUser: null, claimed: 'Bob', host: hostname() });
  expect(loginOf(65_534)).not.toBe('somebody-else');
});

test('files of other names are left alone', async () => {
  const folder = temporaryFolder();
  const names = ['notes.json', `${id(1)}.json.77-1.tmp`, `.${id(2)}.json`];
  for (const name of names) writeFileSync(join(folder, name), JSON.stringify(pause));
  const engine = engineHere(folder, accept);
  await postDecision(folder, skip, long);
  expect(engine.heard).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(names.sort());
});
