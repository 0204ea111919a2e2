/** The questions of `backout init` on a terminal. An empty answer keeps what stands in brackets. */
import { createInterface, type Interface } from 'node:readline';
import { type Answers, closeKinds, nobody, type Person, restoreKinds, risks, tellKinds } from './answers.ts';

/** Undefined: whoever was asked has left (Ctrl-C, Ctrl-D, a signal); nothing may be written then. */
export async function askAnswers(from: Answers): Promise<Answers | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  const leave = () => left.abort();
  lines.on('SIGINT', leave);
  lines.on('close', leave);
  for (const signal of signals) process.on(signal, leave);
  try {
    return await answersTo(asker(lines, left.signal), from);
  } catch (error) {
    if (left.signal.aborted) return undefined;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, leave);
    lines.close();
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One question, asked again until the answer will do. */
type Ask = (question: string, usual: string, fault?: (answer: string) => string | undefined) => Promise<string>;

function asker(lines: Interface, signal: AbortSignal): Ask {
  const next = lineReader(lines, signal);
  return async (question, usual, fault = () => undefined) => {
    for (;;) {
      lines.setPrompt(`${question} [${usual}]: `);
      lines.prompt();
      const given = (await next()).trim();
      const answer = given === '' ? usual : given;
      const wrong = /[$@]\{/.test(answer) ? 'Plain text, please: nothing is filled in here.' : fault(answer);
      if (wrong === undefined) return answer;
      process.stderr.write(`  ${wrong}\n`);
    }
  };
}

/** Lines that were typed before they are asked for (or pasted) wait for their question. */
function lineReader(lines: Interface, signal: AbortSignal): () => Promise<string> {
  const typed: string[] = [];
  let wake: () => void = () => undefined;
  lines.on('line', (line) => {
    typed.push(line);
    wake();
  });
  signal.addEventListener('abort', () => wake(), { once: true });
  return async () => {
    for (;;) {
      const line = typed.shift();
      if (line !== undefined) return line;
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}

async function answersTo(ask: Ask, from: Answers): Promise<Answers> {
  const name = await ask('Name of the playbook', from.name, tooLong);
  const system = await ask('System that is backed out', name, tooLong);
  const change = await ask('Number of the change', from.change);
  const risk = await choose(ask, 'Risk of the change', risks, from.risk);
  const restore = await choose(ask, 'What is put back', restoreKinds, from.restore);
  const close = await choose(
    ask,
    'How users are kept out',
    closeKinds,
    restore === from.restore ? from.close : 'nginx',
  );
  const tell = await choose(ask, 'Where the Service Desk hears', tellKinds, from.tell);
  const addresses = tell === 'email' ? await askAddresses(ask) : {};
  const changeManager = await askPerson(ask, 'Change manager', 'who speaks and decides');
  const operations = await askPerson(ask, 'Operations', 'who carries the steps out');
  return { name, system, change, risk, restore, close, tell, ...addresses, changeManager, operations };
}

const tooLong = (answer: string): string | undefined =>
  answer.length > 200 ? 'It must have at most 200 characters.' : undefined;

async function choose<Kind extends string>(
  ask: Ask,
  question: string,
  kinds: readonly Kind[],
  usual: Kind,
): Promise<Kind> {
  const answer = await ask(`${question} (${kinds.join(', ')})`, usual, (text) =>
    kinds.some((kind) => kind === text) ? undefined : `One of: ${kinds.join(', ')}`,
  );
  return kinds.find((kind) => kind === answer) ?? usual;
}

/** What is not known yet must be given for each run, so that no message goes astray. */
async function askAddresses(ask: Ask): Promise<Pick<Answers, 'serviceDesk' | 'dutyManager'>> {
  const serviceDesk = await ask('Mail address of the Service Desk', later);
  const dutyManager = await ask('Mail address of the duty manager, who hears when the backout itself fails', later);
  return {
    ...(serviceDesk === later ? {} : { serviceDesk }),
    ...(dutyManager === later ? {} : { dutyManager }),
  };
}

const later = 'given for each run';

async function askPerson(ask: Ask, role: string, what: string): Promise<Person> {
  return {
    name: await ask(`${role} (${what}): name`, nobody.name),
    contact: await ask(`${role}: how to reach them at night`, nobody.contact),
    deputy: await ask(`${role}: deputy`, nobody.deputy),
  };
}
