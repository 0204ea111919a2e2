/** The worlds of kubernetes/*, helm/* and docker/*: doubles, for a test has no cluster. */
import { join } from 'node:path';
import { adapter as scale } from '../../adapters/kubernetes/scale/index.ts';
import { newFolder } from '../adapters/rig/folder.ts';
import { closeAfterTest } from '../adapters/rig/servers.ts';
import { perform } from '../adapters/rig/step.ts';
import { type Cluster, startCluster } from '../rig/servers/kubernetes.ts';
import type { World } from './worlds.ts';

const env = (home: string) => ({ PATH: process.env.PATH ?? '', HOME: home });

async function cluster(): Promise<{ readonly cluster: Cluster; readonly home: string }> {
  const started = await startCluster();
  closeAfterTest(started.stop);
  started.workload('Deployment', 'web', 2, 'shop:1');
  return { cluster: started, home: newFolder() };
}

/** Each context has a token of its own, by which the cluster tells which one kubectl has taken. */
const tokenOf = (text: string) => `valid-${Buffer.from(text).toString('base64url')}`;

export const orchestratorWorlds: { readonly [name: string]: World } = {
  'kubernetes/scale': {
    adapter: scale,
    samples: async (folder) => {
      const { cluster: stuck, home } = await cluster();
      stuck.switches.lingering = true;
      const kubeconfig = stuck.kubeconfig(join(home, 'stuck'));
      return {
        folder,
        inputs: [
          { access: 'closed', name: 'web', namespace: 'shop', context: 'a b', kubeconfig: 'config' },
          { access: 'open', kind: 'statefulset', name: 'db', replicas: '1', previous: 3, within: '90s' },
        ],
        unreachable: { access: 'closed', name: 'web', kubeconfig: 'no/such' },
        endless: { access: 'closed', name: 'web', kubeconfig },
        carry: async (text) => {
          const { cluster: own } = await cluster();
          const input = { name: 'web', context: text, kubeconfig: join(home, 'carried') };
          own.kubeconfig(input.kubeconfig, { context: text, token: tokenOf(text) });
          const done = await perform(scale, { ...input, access: 'closed' }, { folder, env: env(home) });
          if (!done.ok) throw new Error(done.reason);
          return Buffer.from([...own.tokens].join().replace('valid-', ''), 'base64url').toString('utf8');
        },
      };
    },
  },
};
