/**
 * One update (RFC 2136), by `nsupdate`: all of it or nothing, and only while the records are what was found before.
 * Key and records go over standard input: neither stands in an argv (P9). Over TCP, so that no answer is lost whose
 * repeat would be refused by the update's own condition.
 */
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { Trouble } from '../../support/access.ts';
import { type Refusal, runProgram, type Setting } from '../../support/program.ts';
import { type Input, placeWords, type Target, targetWords } from './input.ts';
import { harmlessValue, type RecordSet } from './records.ts';

export type Sent = Result<null, Trouble & { readonly overtaken: boolean }>;

/** Makes the records `after`, if they are `before`. */
export function sendUpdate(
  asked: Input,
  target: Target,
  before: RecordSet,
  after: RecordSet,
  setting: Setting,
): Promise<Sent> {
  const { name, type } = target;
  const changes = [
    ...(before.values.length === 0 ? [] : [`update delete ${name} ${type}`]),
    ...after.values.map((value) => `update add ${name} ${after.ttl ?? 300} ${type} ${value}`),
  ];
  return send(asked, target, [...conditions(target, before), ...changes], setting);
}

/** May this key change these records? Asked by taking away a record that is not there: nothing changes. */
export function tryRights(asked: Input, target: Target, before: RecordSet, setting: Setting): Promise<Sent> {
  const { name, type } = target;
  const nothing = `update delete ${name} ${type} ${harmlessValue(type, before.values)}`;
  return send(asked, target, [...conditions(target, before), nothing], setting);
}

function conditions({ name, type }: Target, before: RecordSet): readonly string[] {
  if (before.values.length === 0) return [`prereq nxrrset ${name} ${type}`];
  return before.values.map((value) => `prereq yxrrset ${name} ${type} ${value}`);
}

async function send(asked: Input, target: Target, lines: readonly string[], setting: Setting): Promise<Sent> {
  const { name, algorithm = 'hmac-sha256', secret } = asked.key;
  const { host, port } = target.primary;
  const head = [`server ${host} ${port}`, `key ${algorithm}:${name} ${secret}`, `zone ${target.zone}`];
  const ended = await runProgram(
    ['nsupdate', '-v', '-t', '10'],
    { ...setting, env: { ...(setting.env ?? { PATH: process.env.PATH ?? '' }), LC_ALL: 'C' } },
    `${[...head, ...lines, 'send', ''].join('\n')}`,
  );
  return ended.ok ? ok(null) : { ok: false, error: troubleOf(ended.error, asked, target) };
}

function troubleOf(refusal: Refusal, asked: Input, target: Target): Trouble & { readonly overtaken: boolean } {
  const where = placeWords(target.primary);
  const status = /update failed: (\S+)/.exec(refusal.words)?.[1] ?? '';
  const overtaken = /^(?:NX|YX)(?:RRSET|DOMAIN)$/.test(status);
  const told = (reason: string, remedy: string) => ({ reason, remedy, words: refusal.words, overtaken });
  if (refusal.missing) return told('The program nsupdate is missing', 'Install it: apt-get install bind9-dnsutils');
  if (overtaken)
    return told(`${targetWords(target)} was changed by somebody else at this moment`, 'Look at it, then retry.');
  if (status.includes('BADKEY'))
    return told(`${where} does not know the key ${asked.key.name}`, 'Correct `key.name` and `key.algorithm`.');
  if (status.includes('BADSIG'))
    return told(`${where}: the secret of the key ${asked.key.name} is wrong`, 'Correct `key.secret`.');
  if (status.includes('BADTIME'))
    return told(`${where}: its clock and that of this machine differ by more than 5 min`, 'Set the clocks right.');
  if (status === 'REFUSED')
    return told(
      `${where} refuses: the key ${asked.key.name} may not change ${targetWords(target)}`,
      'Allow it there (allow-update, update-policy), or thaw the zone.',
    );
  if (status.startsWith('NOTAUTH') || status === 'NOTZONE')
    return told(`${where} is not the primary of ${asked.zone}`, 'Correct `server` or `zone`.');
  if (status !== '') return told(`${where} answers ${status} to the update`, 'See the log of the name server.');
  return told(`${where} could not be reached over TCP for an update`, 'See that the name server runs and is reached.');
}
