/** Worlds of the adapters that put releases, trees and checkouts back. */
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { adapter as releaseSymlink } from '../../adapters/release/symlink/index.ts';
import { perform } from '../adapters/rig/step.ts';
import { plant } from '../adapters/rig/tree.ts';
import type { World } from './worlds.ts';

export const treeWorlds: { readonly [name: string]: World } = {
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
