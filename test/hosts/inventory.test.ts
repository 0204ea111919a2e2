/** Inventories as Ansible writes them, and `hosts:` in a plan. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createInventoryReader } from '../../src/cli/read-inventory.ts';
import type { Diagnostic } from '../../src/kernel/diagnostic.ts';
import { parseHosts } from '../../src/plan/inventory/host.ts';
import type { Host } from '../../src/plan/plan.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backout-inventory-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shown = ({ name, address, port, user, identityFile }: Host): string =>
  [user === null ? '' : `${user}@`, address ?? name, port === null ? '' : `:${port}`, identityFile ?? ''].join('');

function read(name: string, text: string, groups: readonly string[] = []) {
  writeFileSync(join(folder, name), text, { mode: 0o755 });
  const warnings: Diagnostic[] = [];
  const source = name.endsWith('.sh') ? { command: [`./${name}`, '--list'], groups } : { file: name, groups };
  const hosts = createInventoryReader(folder, warnings)(source);
  return {
    hosts: hosts.ok ? hosts.value.map((host) => `${host.name} ${shown(host)}`) : hosts.error,
    warnings: warnings.map(({ message }) => message),
  };
}

const ini = `# the shop
bastion ansible_host=10.0.0.1 # as Ansible does
[web]
web[01:03].shop.example ansible_user=deploy # three
web04.shop.example:2222 ansible_ssh_private_key_file='/keys/a b'
[db]
db-[a:b] ansible_port=2200
[shop:children]
web
db
[shop:vars]
ansible_user=ops
ansible_port = 22
[all:vars]
ansible_user=nobody
`;
const yaml = `all:
  vars: { ansible_user: nobody }
  hosts: { bastion: { ansible_host: 10.0.0.1 } }
  children:
    shop:
      vars: { ansible_user: ops, ansible_port: 22 }
      children:
        web: { hosts: { 'web[01:02]': { ansible_user: deploy }, web04: { ansible_port: 2222 } } }
        db: { hosts: { db-a: } }
`;
const json = JSON.stringify({
  web: { hosts: ['web01', 'web02'], vars: { ansible_user: 'deploy' } },
  shop: { children: ['web'], vars: { ansible_user: 'ops', ansible_port: 2200 } },
  _meta: { hostvars: { web02: { ansible_host: '10.0.0.2', facts: { a: 1 } } } },
});

describe('an inventory', () => {
  test.each([
    [
      'INI',
      'hosts.ini',
      ini,
      [],
      [
        'bastion nobody@10.0.0.1',
        'web01.shop.example deploy@web01.shop.example:22',
        'web02.shop.example deploy@web02.shop.example:22',
        'web03.shop.example deploy@web03.shop.example:22',
        'web04.shop.example ops@web04.shop.example:2222/keys/a b',
        'db-a ops@db-a:2200',
        'db-b ops@db-b:2200',
      ],
    ],
    [
      'a group of INI',
      'hosts',
      ini,
      ['db', 'bastion'],
      ['bastion nobody@10.0.0.1', 'db-a ops@db-a:2200', 'db-b ops@db-b:2200'],
    ],
    [
      'YAML',
      'hosts.yaml',
      yaml,
      ['shop'],
      ['web01 deploy@web01:22', 'web02 deploy@web02:22', 'web04 ops@web04:2222', 'db-a ops@db-a:22'],
    ],
    ['JSON', 'hosts.json', json, [], ['web01 deploy@web01:2200', 'web02 deploy@10.0.0.2:2200']],
    [
      'a program',
      'list.sh',
      `#!/bin/sh\n[ "$1" = --list ] && echo '${json}'`,
      ['shop'],
      ['web01 deploy@web01:2200', 'web02 deploy@10.0.0.2:2200'],
    ],
    ['a list', 'list.json', '["b", "a:22", "u@c"]', [], ['b b', 'a a:22', 'c u@c']],
  ] as const)('%s', (_, name, text, groups, expected) => {
    expect(read(name, text, groups)).toEqual({ hosts: expected, warnings: [] });
  });

  test.each([
    ['hosts.ini', 'web01\n[web\n', /^hosts\.ini:2: "\[web" is no host/],
    ['hosts.ini', '[web:varz]\n', /^hosts\.ini:1: \[web:varz\] is no section/],
    ['hosts.ini', 'a b\n', /^hosts\.ini:1: b is not name=value/],
    ['hosts.ini', '-oProxyCommand=evil\n', /^hosts\.ini:1: .* is no host/],
    ['hosts.ini', 'a ansible_host=-oProxyCommand=evil\n', /may not begin with "-"/],
    ['hosts.ini', 'a ansible_port=http\n', /ansible_port of a is http, which is no port/],
    ['hosts.ini', "a ansible_host='{{ ip }}'\n", /ansible_host of a is a template/],
    ['hosts.ini', 'a ansible_connection=winrm\n', /a has ansible_connection=winrm/],
    ['hosts.ini', 'web[1:999999999]\n', /at most 100000/],
    ['hosts.ini', 'web[5:1]\n', /is no range/],
    ['hosts.ini', '\n', /there are no hosts/],
    ['hosts.yaml', 'all: [', /hosts\.yaml is no valid YAML/],
    ['hosts.yaml', 'all: { host: { a: } }', /the group all has the key "host"/],
    ['hosts.json', '{', /hosts\.json is no JSON/],
    ['fails.sh', '#!/bin/sh\necho no access >&2\nexit 3', /\.\/fails\.sh failed: exit code 3: no access/],
  ])('%s: %j is refused', (name, text, message) => {
    expect(read(name, text).hosts).toMatch(message);
  });

  test('an unknown group, and a file that is not there, are named', () => {
    expect(read('hosts.ini', ini, ['wbe']).hosts).toMatch(
      /hosts\.ini: there is no group or host "wbe"\. Did you mean "web"\?/,
    );
    const missing = createInventoryReader(folder, [])({ file: 'nowhere.ini', groups: [] });
    expect(missing).toMatchObject({
      ok: false,
      error: expect.stringMatching(/nowhere\.ini cannot be read: there is no \//),
    });
  });

  test('a host that stands twice is one host, and said; so are two names of one machine, and what is not read', () => {
    const { hosts, warnings } = read(
      'hosts.ini',
      '[web]\na ansible_host=10.0.0.1\nb ansible_host=10.0.0.1\na ansible_become=yes\n',
    );
    expect(hosts).toHaveLength(2);
    expect(warnings).toEqual([
      'hosts.ini:4: a stands twice in web; it is one host',
      expect.stringContaining('ansible_become is not read'),
      'hosts.ini: a and b are the same machine; it will be done there 2 times',
    ]);
  });

  test('ten thousand hosts are read at once', () => {
    expect(read('hosts.ini', `[all_web]\nweb[00001:10000]\n[web:children]\nall_web\n`, ['web']).hosts).toHaveLength(
      10_000,
    );
  });
});

test.each([
  ['web[01:03:2]', ['web01', 'web03']],
  ['[a:c]x[1:2]', ['ax1', 'ax2', 'bx1', 'bx2', 'cx1', 'cx2']],
  ['deploy@web01:2222', ['deploy@web01:2222']],
  ['[::1]:22', ['::1:22']],
  ['fe80::1', ['fe80::1']],
])('%s are hosts', (text, expected) => {
  const hosts = parseHosts(text);
  expect(hosts.ok && hosts.value.map(shown)).toEqual(expected);
});

test.each(['', 'a b', '-x', '$(x)', 'a;b', 'a:99999', 'a/b', 'a@b@c', "a'b"])('%j is no host', (text) => {
  expect(parseHosts(text).ok).toBe(false);
});
