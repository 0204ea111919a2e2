/** What lint reads out of shell text: secrets that are written out, and effects that a check should not have. */
import { describe, expect, test } from '@jest/globals';
import { effectsInShell } from '../../src/playbook/lint/shell-effects.ts';
import { secretsInShell } from '../../src/playbook/lint/shell-secrets.ts';
import { cpuMs } from '../rig/cpu.ts';
import { judge, rehearsed, sound, told } from './judged.ts';

describe('a secret that is written out', () => {
  test.each([
    'PGPASSWORD=hunter2secret psql -c x',
    "export DB_PASSWORD='hunter2'",
    'env API_TOKEN="abc123" ./tell',
    'curl -u admin:S3cretPass https://example.com',
    'curl -fsS --user "admin:S3cretPass" https://example.com',
    'curl -uadmin:S3cretPass https://example.com',
    'mysql -u root -pS3cretPass shop',
    "mysqldump -p'S3cretPass' shop",
    'sshpass -p hunter2 ssh db',
    'redis-cli -a hunter2 ping',
    'curl -H "Authorization: Bearer eyJhbGciOi" https://example.com',
    "curl -H 'X-Api-Key: abcdef' https://example.com",
    "curl -H 'Api-Key: abcdef' https://example.com",
    "curl -H 'X-Auth-Token: abcdef' https://example.com",
    "curl -H 'Authorization: Basic YWxhZGRpbjpvcGVu' https://example.com",
    'MYSQL_PWD=hunter2 mysql shop',
    'psql postgres://shop:hunter2@db/shop',
    'curl "https://example.com/?user=a&password=hunter2"',
    'vault login --token=hunter2',
  ])('%s', (line) => {
    expect(secretsInShell(`true\n${line}`).map((found) => found.line)).toEqual([1]);
  });

  test.each([
    'PGPASSWORD=${{ secrets.db }} psql',
    'PGPASSWORD="$DB_PASSWORD" psql',
    'PGPASSWORD="${DB_PASSWORD:-}" psql',
    'PGPASSWORD=$(cat /run/secret) psql',
    "PGPASSWORD='${{ secrets.db }}' psql",
    'PGPASSWORD= psql',
    'DB_PASSWORD_FILE=/run/secret ./restore',
    'PGPASSFILE=/run/pgpass psql',
    'curl -u "$USER:$PASS" https://example.com',
    'curl -u admin:${{ secrets.admin }} https://example.com',
    'curl -u "admin:${ADMIN_PASS}" https://example.com',
    'curl -H "Authorization: Bearer $TOKEN" https://example.com',
    'curl -H "Authorization: Bearer ${{ secrets.token }}" https://example.com',
    'mysql -p"$PASS" shop',
    'mysql -p shop',
    'mysql -P 3306 --protocol=tcp shop',
    'mkdir -p /srv/mysql-data',
    'psql postgres://shop@db:5432/shop',
    'psql "postgres://shop:$PASS@db/shop"',
    'curl http://localhost:8080/a@b',
    'restic --password-file /run/secret restore',
    'redis-cli --askpass ping',
    '# PGPASSWORD=hunter2secret psql',
    'PGPASSWORD=<password> psql',
    "curl -H 'Authorization: Bearer ...' https://example.com",
    'vault login --token=…',
    'docker run -u 1000:1000 image',
    'ssh -p2222 host mysql',
  ])('nothing is said of %s', (line) => {
    expect(secretsInShell(line)).toEqual([]);
  });

  test('it is told with its line, in run and in verify, and not shown', async () => {
    const text = sound
      .replace('run: restore\n', 'run: |\n        true\n        PGPASSWORD=tiger psql\n')
      .replace('verify: { run: look }\n', "verify: { run: 'redis-cli -a tiger ping' }\n");
    const judged = await judge(text, { facts: rehearsed });
    expect(told(judged)).toEqual([
      '14:12 warning secret-in-playbook: step restore-db: a variable with a secret’s name is written out (line 2 of its run)',
      '18:22 warning secret-in-playbook: step restore-db: the option -a with a password is written out',
    ]);
    expect(JSON.stringify(judged.findings)).not.toContain('tiger');
  });
});

describe('a check that acts', () => {
  test.each([
    ['rm -rf /srv/shop/cache', 'rm'],
    ['test -f x && sudo rm x', 'rm'],
    ['systemctl restart shop', 'systemctl restart'],
    ['sudo systemctl --now stop shop', 'systemctl --now stop'],
    ['service nginx reload', 'service nginx reload'],
    ['kill 42', 'kill'],
    ['curl -fsS -X POST https://example.com', 'curl POST'],
    ['curl --request DELETE https://example.com', 'curl DELETE'],
    ['psql -c "delete from t"', 'SQL that writes'],
    ['PGHOST=db psql -Atc "UPDATE t SET a = 1"', 'SQL that writes'],
    ['sqlite3 shop.db "drop table t"', 'SQL that writes'],
    ['mariadb -e "alter table t add c int"', 'SQL that writes'],
    ['mysql -e "truncate t"', 'SQL that writes'],
    ['psql -c "insert into t values (1)"', 'SQL that writes'],
    ['dropdb shop', 'dropdb'],
    ['curl --request=PUT https://example.com', 'curl PUT'],
    ['curl -XPATCH https://example.com', 'curl PATCH'],
    ['touch /srv/shop/checked', 'touch'],
    ['if true; then mv a b; fi', 'mv'],
    ['echo ok > /srv/shop/state', 'a redirection to /srv/shop/state'],
    ['date >> log', 'a redirection to log'],
  ])('%s', (line, what) => {
    expect(effectsInShell(`true\n${line}`)).toEqual([what]);
  });

  test.each([
    'cmp motd.backup motd',
    'systemctl is-active shop',
    'systemctl status stop-shop',
    'kill -0 "$(cat pid)"',
    'curl -fsS https://example.com >/dev/null 2>&1',
    'echo rows=1 >> "$BACKOUT_OUTPUT"',
    'echo wrong >&2',
    'psql -Atc "select count(*) from orders where updated > now()"',
    'psql -c "select * from updates"',
    'test "$(psql -c \'select 1 where 2 > 1\')" = 1',
    'tmp=$(mktemp); curl -o "$tmp" https://example.com; rm "$tmp"',
    'sort a > "$tmp/a"',
    'grep -q "rm -rf" log',
    'echo "done; rm is not called"',
    '[ "$a" -gt 1 ]',
    'diff <(sort a) <(sort b)',
    "awk '$1 > 3' file",
    '# rm -rf /',
    '# first; rm x',
    'echo "(systemctl restart shop)"',
    'grep -c "; curl -X POST x" log',
  ])('nothing is said of %s', (line) => {
    expect(effectsInShell(line)).toEqual([]);
  });

  test('it is told at the check, and a restore may do so', async () => {
    const text = sound
      .replace('run: count,', "run: 'systemctl restart shop',")
      .replace('run: restore\n', 'run: rm x\n');
    expect(told(await judge(text, { facts: rehearsed }))).toEqual([
      '18:48 warning check-that-acts: health check rows does not only look: systemctl restart',
    ]);
  });
});

test.each(['a.', 'curl -u a ', 'sudo -a ', 'a=b ', '"', 'psql update ', 'x://a'])(
  'a line of nothing but %j is read in no time',
  (part) => {
    const text = part.repeat(100_000);
    const read = (): void => expect([secretsInShell(text), effectsInShell(text)]).toEqual([[], []]);
    // Milliseconds; one that looked back over the line at each part would take minutes.
    expect(cpuMs(read)).toBeLessThan(10_000);
  },
);
