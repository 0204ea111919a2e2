/** check-name.mjs NAME TYPE TARGET SERVER SERVER: do both name servers answer TARGET, and nothing else, for NAME? */
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import process from 'node:process';

const [name, type, target, ...servers] = process.argv.slice(-5);
const plain = (value) => value.toLowerCase().replace(/\.$/, '');

/** A resolver takes addresses only. */
async function addressOf(server) {
  const [, bracketed, host = bracketed, port = '53'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(server) ?? [];
  const address = isIP(host) ? host : (await lookup(host)).address;
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

async function faultAt(server) {
  try {
    const resolver = new Resolver({ timeout: 2_000, tries: 3 });
    resolver.setServers([await addressOf(server)]);
    const answer = await resolver.resolve(name, type);
    return answer.length === 1 && plain(answer[0]) === plain(target)
      ? ''
      : `answers ${answer.join(', ')}, not ${target}`;
  } catch (error) {
    return `does not answer: ${error.message}`;
  }
}

for (const server of servers) {
  const fault = await faultAt(server);
  process.stdout.write(`${server}: ${fault || `answers ${target}`}\n`);
  if (fault !== '') process.exitCode = 1;
}
