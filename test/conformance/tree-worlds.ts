/** Worlds of the adapters that put releases, trees and checkouts back. */
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { adapter as filesRsync } from '../../adapters/files/rsync/index.ts';
import { adapter as gitCheckout } from '../../adapters/git/checkout/index.ts';
import { adapter as releaseSymlink } from '../../adapters/release/symlink/index.ts';
import { adapter as resticRestore } from '../../adapters/restic/restore/index.ts';
import { perform, workInPlace } from '../adapters/rig/step.ts';
import { harvest, plant } from '../adapters/rig/tree.ts';
import { gitRepository } from '../rig/servers/git.ts';
import { resticRepository } from '../rig/servers/restic.ts';
import type { World } from './worlds.ts';

export const treeWorlds: { readonly [name: string]: World } = {
  'files/rsync': {
    adapter: filesRsync,
    programs: ['rsync'],
    samples: async (folder) => ({
      folder,
      inputs: [
        {
          source: 'a',
          target: 'web1:/srv/b',
          delete: true,
          maxDelete: 10,
          backupDir: '/srv/kept',
          ssh: { port: 2222 },
        },
        { source: 'rsync://backup/shop', target: 'b', checksum: true, exclude: ['*.tmp', 'cache/'] },
      ],
      unreachable: { source: 'no/such', target: 'no/such either' },
      carry: async (text) => {
        const name = text.replaceAll('/', '_');
        plant(join(folder, `from ${name}`), { [name]: 'x', other: '' });
        const given = { source: `from ${name}`, target: `to ${name}`, exclude: 'other' };
        const { stderr } = await workInPlace(filesRsync, given, folder);
        const [found = stderr] = Object.keys(harvest(join(folder, `to ${name}`)));
        return found === name ? text : found;
      },
    }),
  },
  'restic/restore': {
    adapter: resticRestore,
    programs: ['restic'],
    samples: async (folder) => ({
      folder,
      inputs: [
        { repository: 'r', password: 'geheim99', target: 'uploads', host: 'web1', tag: 'nightly', check: 'data' },
        { passwordFile: 'p', target: 'uploads', snapshot: 'beef1234', include: ['a', 'b/c'], newerThan: '26h' },
        { target: 'uploads', path: '/srv/uploads', before: '2026-11-22T04:00:00Z', missingOnly: true },
      ],
      unreachable: { repository: 'no/such', password: 'x', target: 'no/such' },
      carry: async (text) => {
        const name = text.replaceAll('/', '_');
        plant(join(folder, 'from'), { [`${name}/${name}`]: 'x' });
        const { password, backup } = resticRepository(join(folder, `in ${name}`));
        backup(folder, 'from', { tag: 'only' });
        const given = { repository: `in ${name}`, password, target: `to ${name}`, path: join(folder, 'from', name) };
        const { stderr } = await workInPlace(resticRestore, given, folder);
        const [found = stderr] = Object.keys(harvest(join(folder, `to ${name}`)));
        return found === name ? text : found;
      },
    }),
  },
  'git/checkout': {
    adapter: gitCheckout,
    programs: ['git'],
    samples: async (folder) => ({
      folder,
      inputs: [
        { folder: 'app', to: 'v4.1.0', fetch: 'origin', localChanges: 'stash', untracked: 'keep', submodules: true },
        { folder: 'app', to: 'beef1234', verifySignature: true, allowedSigners: 'signers', untracked: 'remove' },
      ],
      unreachable: { folder: 'no/such', to: 'v1' },
      carry: async (text) => {
        const name = text.replaceAll('/', '_');
        const { commit } = gitRepository(join(folder, name), { [name]: 'one' });
        plant(join(folder, name), { [name]: 'two' });
        const given = { folder: name, to: commit, localChanges: 'discard' };
        const { code, stderr } = await workInPlace(gitCheckout, given, folder);
        return code === 0 && harvest(join(folder, name))[name] === 'one' ? text : stderr;
      },
    }),
  },
  'release/symlink': {
    adapter: releaseSymlink,
    samples: async (folder) => ({
      folder,
      inputs: [{ path: 'shop' }, { path: 'shop', to: '4.1.0', halt: 'HALT', quarantine: true, mustHold: ['REVISION'] }],
      unreachable: { path: 'no/such' },
      // It ends at once, whatever it is told.
      endless: { path: 'no/such' },
      carry: async (text) => {
        const name = text.replaceAll('/', '_');
        plant(join(folder, 'releases'), { [`${name}/x`]: '', 'zz/x': '' });
        symlinkSync('releases/zz', join(folder, 'current'));
        const performed = await perform(releaseSymlink, { path: folder, to: name }, { key: 'conformance-1' });
        const found = performed.ok ? (performed.outputs?.release ?? '') : performed.reason;
        return found === name && readdirSync(join(folder, 'current')).length === 1 ? text : found;
      },
    }),
  },
};
