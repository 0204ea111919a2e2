/** Asks one name server what it answers, by `dig`. Only what a server of the zone itself says counts. */
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { runProgram, type Setting } from '../../support/program.ts';
import { type Place, placeWords, type Target } from './input.ts';
import { canonicalAnswer, fullName, type RecordSet } from './records.ts';

interface Line {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly data: string;
}

/** The records of the name and type; an error where the server gives no answer of its own. */
export async function recordsAt(at: Place, target: Target, setting: Setting): Promise<Result<RecordSet, string>> {
  const lines = await answers(at, target.name, target.type, setting);
  if (!lines.ok) return lines;
  const own = lines.value.filter(({ name }) => name === target.name);
  const alias = own.find(({ type }) => type === 'CNAME');
  if (alias !== undefined && target.type !== 'CNAME')
    return err(
      `${target.name.slice(0, -1)} is an alias (CNAME) of ${alias.data}: it can have no ${target.type} beside it`,
    );
  const found = own.filter(({ type }) => type === target.type);
  const values = found.map(({ data }) => canonicalAnswer(target.type, data));
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length)
    return err(`${placeWords(at)} has a record that is not understood: ${found.map(({ data }) => data).join(', ')}`);
  return ok({ values: known.sort(), ttl: found[0]?.ttl ?? null });
}

/** The zone's serial number. */
export async function serialAt(at: Place, zone: string, setting: Setting): Promise<Result<number, string>> {
  const lines = await answers(at, zone, 'SOA', setting);
  if (!lines.ok) return lines;
  const soa = lines.value.find(({ name, type }) => type === 'SOA' && name === zone);
  const serial = Number(soa?.data.split(' ')[2]);
  return Number.isSafeInteger(serial)
    ? ok(serial)
    : err(`${placeWords(at)} does not serve the zone ${zone.slice(0, -1)}`);
}

/** The names of the zone's name servers, with an address where the primary knows it itself. */
export async function nameServers(
  at: Place,
  zone: string,
  setting: Setting,
): Promise<Result<readonly Place[], string>> {
  const lines = await answers(at, zone, 'NS', setting);
  if (!lines.ok) return lines;
  const places: Place[] = [];
  for (const { data } of lines.value.filter(({ type }) => type === 'NS')) {
    const glue = await answers(at, fullName(data), 'A', setting);
    const address = glue.ok ? glue.value.find(({ type }) => type === 'A')?.data : undefined;
    places.push({ host: address ?? data.replace(/\.$/, ''), port: 53 });
  }
  return ok(places);
}

/** RFC 1982: serial numbers go round. */
export const isAtLeast = (serial: number, wanted: number): boolean => (serial - wanted) >>> 0 < 0x8000_0000;

async function answers(
  at: Place,
  name: string,
  type: string,
  setting: Setting,
): Promise<Result<readonly Line[], string>> {
  const where = placeWords(at);
  const options = ['+norecurse', '+noall', '+comments', '+answer', '+time=2', '+tries=2'];
  const argv = ['dig', '-r', `@${at.host}`, '-p', String(at.port), ...options, '-t', type, '-q', name] as const;
  const ended = await runProgram(argv, setting);
  if (!ended.ok)
    return err(
      ended.error.missing
        ? 'the program dig is missing: apt-get install bind9-dnsutils'
        : `${where}: ${troubleIn(ended.error.words)}`,
    );
  const status = /status: ([A-Z]+)/.exec(ended.value)?.[1] ?? 'no answer';
  const flags = /^;; flags: ([a-z ]*);/m.exec(ended.value)?.[1]?.split(' ') ?? [];
  if (status === 'REFUSED') return err(`${where} refuses to answer for ${name}`);
  if (status !== 'NOERROR' && status !== 'NXDOMAIN') return err(`${where} answers ${status} for ${name}`);
  if (!flags.includes('aa')) return err(`${where} is no name server of ${name}: its answer is not authoritative`);
  return ok(ended.value.split('\n').flatMap(lineIn));
}

function lineIn(line: string): Line[] {
  const [, name, ttl, type, data] = /^([^;\s]\S*)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  if (name === undefined || type === undefined || data === undefined) return [];
  return [{ name: fullName(name), ttl: Number(ttl), type, data }];
}

function troubleIn(words: string): string {
  const known = /connection refused|timed out|host unreachable|network unreachable|not found/.exec(words)?.[0];
  if (known === 'not found') return 'the host name is not known';
  return known ?? words.replaceAll(/^;+ */gm, '').split('\n')[0] ?? 'no answer';
}
