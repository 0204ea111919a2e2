/** Judges an answer by its expectation. A judge is made first, so that a condition that is none is found in time. */
import { isDeepStrictEqual } from 'node:util';
import { formatDuration } from '../../src/kernel/duration.ts';
import { ok, type Result } from '../../src/kernel/result.ts';
import type { Condition } from '../support/cel.ts';
import type { HttpReply } from '../support/http-client.ts';
import type { HeaderExpectation, HttpExpectation } from './expect.ts';

/** What is wrong with the answer, one line each; empty when it is good. */
export type Judge = (reply: HttpReply) => readonly string[];

/** The error says what is wrong with the expectation. */
export async function judgeFor(expect: HttpExpectation): Promise<Result<Judge, string>> {
  if (typeof expect.json !== 'string') return ok((reply) => faultsOf(reply, expect, undefined));
  const { compileCondition } = await import('../support/cel.ts');
  const condition = await compileCondition(expect.json, ['body', 'status', 'headers']);
  return condition.ok ? ok((reply) => faultsOf(reply, expect, condition.value)) : condition;
}

function faultsOf(reply: HttpReply, expect: HttpExpectation, condition: Condition | undefined): readonly string[] {
  return [
    ...statusFaults(reply, expect),
    ...headerFaults(reply, expect),
    ...bodyFaults(reply, expect),
    ...jsonFaults(reply, expect, condition),
    ...latencyFaults(reply, expect),
  ];
}

function statusFaults(reply: HttpReply, { status: wanted = ['2xx'] }: HttpExpectation): string[] {
  const status = String(reply.status);
  if (wanted.includes(status) || wanted.includes(`${status[0]}xx`)) return [];
  const to = reply.headers.location;
  const redirect = to === undefined ? '' : ` (a redirect to ${to}; \`redirects: follow\` would follow it)`;
  return [`status ${status} instead of ${wanted.join(' or ')}${redirect}`];
}

function headerFaults(reply: HttpReply, { headers = {} }: HttpExpectation): string[] {
  return Object.entries(headers).flatMap(([name, wanted]) =>
    headerFault(`header ${name}`, reply.headers[name.toLowerCase()], wanted),
  );
}

function headerFault(name: string, actual: string | undefined, wanted: HeaderExpectation): string[] {
  const { equals, contains, matches, absent } = wanted;
  if (absent === true) return actual === undefined ? [] : [`${name} is ${quote(actual)} instead of missing`];
  if (actual === undefined) {
    const instead = equals === undefined ? '' : ` instead of ${quote(equals)}`;
    return [`${name} is missing${instead}`];
  }
  const said = `${name} is ${quote(actual)}`;
  return [
    ...(equals !== undefined && actual !== equals ? [`${said} instead of ${quote(equals)}`] : []),
    ...(contains !== undefined && !actual.includes(contains) ? [`${said}, without ${quote(contains)}`] : []),
    ...(matches !== undefined && !new RegExp(matches).test(actual) ? [`${said}, which does not match ${matches}`] : []),
  ];
}

function bodyFaults(reply: HttpReply, { body: wanted = {} }: HttpExpectation): string[] {
  const { contains, lacks, matches, equals } = wanted;
  const said = `the body, ${quote(reply.body)},`;
  const faults: string[] = [];
  if (contains !== undefined && !reply.body.includes(contains))
    faults.push(`${said} does not contain ${quote(contains)}`);
  if (lacks !== undefined && reply.body.includes(lacks)) faults.push(`${said} contains ${quote(lacks)}`);
  if (matches !== undefined && !new RegExp(matches, 'm').test(reply.body))
    faults.push(`${said} does not match ${matches}`);
  if (equals !== undefined && reply.body.trim() !== equals.trim()) faults.push(`${said} is not ${quote(equals)}`);
  if (reply.bodyCut && (faults.length > 0 || lacks !== undefined))
    faults.push('only the first MiB of the body was looked at');
  return faults;
}

function jsonFaults(reply: HttpReply, { json }: HttpExpectation, condition: Condition | undefined): string[] {
  if (json === undefined) return [];
  let document: unknown;
  try {
    document = JSON.parse(reply.body);
  } catch {
    return [`the body, ${quote(reply.body)}, is not JSON${reply.bodyCut ? ': only its first MiB was read' : ''}`];
  }
  if (condition !== undefined) return conditionFaults(reply, document, condition, String(json));
  return Object.entries(json).flatMap(([path, value]) => {
    const actual = at(document, path);
    if (isSame(actual, value)) return [];
    return [`${path} is ${cut(JSON.stringify(actual) ?? 'missing')} instead of ${JSON.stringify(value)}`];
  });
}

function conditionFaults(reply: HttpReply, body: unknown, condition: Condition, written: string): string[] {
  const holds = condition({ body, status: reply.status, headers: reply.headers });
  if (!holds.ok) return [`${holds.error} in the body ${quote(reply.body)}`];
  return holds.value ? [] : [`${written} does not hold for the body ${quote(reply.body)}`];
}

/** A parameter arrives as text: `"5000"` is what the number 5000 is asked for with. */
function isSame(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string' && (typeof actual === 'number' || typeof actual === 'boolean')) {
    return String(actual) === wanted;
  }
  return isDeepStrictEqual(actual, wanted);
}

/** `a.b[0].c`; undefined where the path leads nowhere. */
function at(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split(/[.[\]]+/).filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function latencyFaults(reply: HttpReply, { maxLatency }: HttpExpectation): string[] {
  if (maxLatency === undefined || reply.ms <= maxLatency) return [];
  return [`it took ${formatDuration(reply.ms)}, more than ${formatDuration(maxLatency)}`];
}

const cut = (value: string): string => (value.length > 120 ? `${value.slice(0, 120)}…` : value);
const quote = (value: string): string => JSON.stringify(cut(value));
