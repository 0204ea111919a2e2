/** A lock that another restic takes away between two looks keeps nobody waiting: restic itself would look for a minute. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { adapter as restore } from '../../adapters/restic/restore/index.ts';
import type { Adapter } from '../../src/ports/adapter.ts';
import { describeWith, path } from '../rig/servers/needs.ts';
import { resticRepository } from '../rig/servers/restic.ts';
import { newFolder } from './rig/folder.ts';
import { contextIn, parsed } from './rig/step.ts';
import { plant } from './rig/tree.ts';

jest.setTimeout(30_000);

const adapter: Adapter = restore;

describeWith(['restic'], 'restic/restore', () => {
  test('a lock that is gone again is no lock', async () => {
    const folder = newFolder();
    const repository = resticRepository(join(folder, 'repository'));
    plant(join(folder, 'uploads'), { 'a.txt': 'alpha' });
    repository.backup(folder, 'uploads');
    const gone = 'a'.repeat(64);
    const said = `case "$*" in *"list locks"*) echo ${gone};; *) exec ${path('restic')} "$@";; esac`;
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/restic'), `#!/bin/sh\n${said}\n`, { mode: 0o755 });
    const given = { repository: repository.path, password: repository.password, target: 'uploads' };
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}` };
    expect(await adapter.preflight(parsed(adapter, given), contextIn(folder, { env }))).toMatchObject({ ok: true });
  });
});
