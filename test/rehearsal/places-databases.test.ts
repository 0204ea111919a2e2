/** The servers that libpq and the MariaDB programs would really go to: lists, services, option files, the environment. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asked, isProduction, placesOf } from './held-against.ts';

let folder = '';
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-databases-'));
  mkdirSync(join(folder, 'more'));
  write(
    '.pg_service.conf',
    '# ours\n[live]\nhost=live.example\nport=6432\nport=1\n\n[staging]\nhost=staging.example\n[both]\nhost=staging.example,live.example\n[tunnel]\nhost=x.example\nhostaddr=203.0.113.1\n',
  );
  write('other.conf', '[live]\nhost = staging.example\n[directory]\nldap://directory.example/dc=example\n');
  write('live.cnf', '[mysqld]\nport=1\n[client]\nhost = "live.example" # the real one\nport=3307\n');
  write('staging.cnf', '[client]\nhost=staging.example\n!includedir more\n');
  write('through.cnf', '!include live.cnf\n');
  write('more/port.cnf', '[mariadb-client]\nport=3308\n');
  write('socket.cnf', '[client]\nsocket=/run/live.sock\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const shop = (more: Asked['with'] = {}, env: Asked['env'] = {}): Asked => ({
  with: { database: 'shop', ...more },
  env,
});

describe('PostgreSQL', () => {
  const live = shop({ host: 'live.example' });
  test.each<readonly [what: string, real: Asked, there: Asked, same: boolean]>([
    ['a list with production in it', live, shop({ host: 'staging.example,alias.example' }), true],
    ['production is a list', shop({ host: 'a.example,live.example' }), live, true],
    ['a list in the environment', live, shop({}, { PGHOST: 'staging.example,live.example' }), true],
    ['the ports of a list', live, shop({}, { PGHOST: 'live.example,staging.example', PGPORT: '5433,5432' }), false],
    ['a port for all', live, shop({ host: 'staging.example,live.example', port: 5433 }), false],
    ['lists of others', live, shop({ host: 'staging.example,staging2.example' }), false],
    ['an empty place in a list', shop({ host: '/run/postgresql' }), shop({ host: 'staging.example,' }), true],
    ['the address beside the name', live, shop({ host: 'staging.example' }, { PGHOSTADDR: '203.0.113.1' }), true],
    ['an address of its own', live, shop({ host: 'staging.example' }, { PGHOSTADDR: '203.0.113.2' }), false],
    ['a service', shop({ host: 'live.example', port: 6432 }), shop({ service: 'live' }), true],
    ['another service', shop({ service: 'live' }), shop({ service: 'staging' }), false],
    ['a service with a list', live, shop({ service: 'both' }), true],
    ['a service with an address', live, shop({ service: 'tunnel', host: 'staging.example' }), true],
    ['a service goes over PGHOST', live, shop({ service: 'both' }, { PGHOST: 'staging.example' }), true],
    ['the service of the environment', live, shop({}, { PGSERVICE: 'both', PGHOST: 'staging.example' }), true],
    [
      'the port of the service',
      shop({ host: 'live.example', port: 6432 }),
      shop({ host: 'alias.example', service: 'live' }),
      true,
    ],
    [
      'another file of services',
      shop({ service: 'live' }),
      shop({ service: 'live' }, { PGSERVICEFILE: 'other.conf' }),
      false,
    ],
    ['what no file says', shop({ service: 'gone' }), shop({ service: 'gone' }), true],
    [
      'what a directory says',
      shop({ service: 'directory' }, { PGSERVICEFILE: 'other.conf' }),
      shop({ service: 'staging' }),
      false,
    ],
    ['another database', live, { with: { host: 'live.example', database: 'shop_staging' } }, false],
  ])('%s', async (_what, real, there, same) => {
    expect(await isProduction('postgres/restore', folder, real, there)).toBe(same);
  });
});

describe('MariaDB', () => {
  const live = shop({ host: 'live.example', port: 3307 });
  test.each<readonly [what: string, real: Asked, there: Asked, same: boolean]>([
    ['an option file', live, shop({ optionFile: 'live.cnf' }), true],
    ['an option file in an option file', live, shop({ optionFile: 'through.cnf' }), true],
    ['another option file', live, shop({ optionFile: 'staging.cnf' }), false],
    [
      'a folder of option files',
      shop({ host: 'staging.example', port: 3308 }),
      shop({ optionFile: 'staging.cnf' }),
      true,
    ],
    ['the port of the option file', live, shop({ host: 'alias.example', optionFile: 'live.cnf' }), true],
    ['the environment', shop({ host: 'live.example' }), shop({}, { MYSQL_HOST: 'live.example' }), true],
    ['an option file that is not there', shop({ optionFile: 'gone.cnf' }), shop({ optionFile: 'gone.cnf' }), true],
    ['a socket, by an option file', shop({ socket: '/run/live.sock' }), shop({ optionFile: 'socket.cnf' }), true],
    ['two sockets', shop({ socket: '/run/live.sock' }), shop({ socket: '/run/staging.sock' }), false],
    ['a socket and a port of this machine', shop({ socket: '/run/live.sock' }), shop({ host: '127.0.0.1' }), true],
    ['a socket and another machine', shop({ socket: '/run/live.sock' }), shop({ host: 'staging.example' }), false],
  ])('%s', async (_what, real, there, same) => {
    expect(await isProduction('mariadb/restore', folder, real, there)).toBe(same);
  });

  test('the usual option files count, but not beside a password', () => {
    write('.my.cnf', '[client]\nhost=live.example\n');
    const at = (asked: Asked) => placesOf('mariadb/query', folder, asked).map((place) => place.at);
    expect(at(shop({}))).toEqual([expect.stringMatching(/^live\.example:/)]);
    expect(at(shop({ password: 'x' }))).toEqual(['localhost/shop']);
    rmSync(join(folder, '.my.cnf'));
  });
});
