/** The worlds of kubernetes/*, helm/* and docker/*: doubles, for a test has no cluster. */
import { basename, join } from 'node:path';
import { adapter as dockerCompose } from '../../adapters/docker/compose/index.ts';
import { adapter as helmRollback } from '../../adapters/helm/rollback/index.ts';
import { adapter as rolloutUndo } from '../../adapters/kubernetes/rollout-undo/index.ts';
import { adapter as scale } from '../../adapters/kubernetes/scale/index.ts';
import { newFolder } from '../adapters/rig/folder.ts';
import { closeAfterTest } from '../adapters/rig/servers.ts';
import { perform, runStep } from '../adapters/rig/step.ts';
import { plant } from '../adapters/rig/tree.ts';
import { dockerDouble, idOf, pinned } from '../rig/servers/docker.ts';
import { helmDouble, revisionsOf } from '../rig/servers/helm.ts';
import { type Cluster, startCluster } from '../rig/servers/kubernetes.ts';
import type { World } from './worlds.ts';

const env = (home: string) => ({ PATH: process.env.PATH ?? '', HOME: home });

async function cluster(): Promise<{ readonly cluster: Cluster; readonly home: string }> {
  const started = await startCluster();
  closeAfterTest(started.stop);
  started.workload('Deployment', 'web', 2, 'shop:1');
  return { cluster: started, home: newFolder() };
}

async function withPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  process.env.PATH = path;
  return work().finally(() => {
    process.env.PATH = before;
  });
}

/** Each context has a token of its own, by which the cluster tells which one kubectl has taken. */
const tokenOf = (text: string) => `valid-${Buffer.from(text).toString('base64url')}`;
const textOf = (tokens: ReadonlySet<string>) =>
  Buffer.from([...tokens].join().replace('valid-', ''), 'base64url').toString('utf8');

export const orchestratorWorlds: { readonly [name: string]: World } = {
  'docker/compose': {
    adapter: dockerCompose,
    samples: async (folder) => {
      const image = pinned('shop', '1');
      return {
        folder,
        inputs: [
          { images: { web: image }, directory: 'a b', files: ['x.yaml'], project: 'shop', context: 'a b' },
          { digests: 'lock.yaml', override: 'o.yaml', within: '90s' },
        ],
        unreachable: { digests: 'no/such' },
        carry: async (text) => {
          const docker = dockerDouble(newFolder());
          docker.set({ images: { [image]: idOf('1') } });
          plant(folder, { [`${text}/compose.yaml`]: 'services: { web: { image: shop } }' });
          const input = { images: { web: image }, directory: text, project: 'shop' };
          const ended = await withPath(docker.path, () => runStep(dockerCompose, input, folder));
          if (ended.outputs.containers !== '1') throw new Error(ended.stderr);
          const flag = '--project-directory=';
          const said = docker
            .state()
            .calls.flat()
            .find((word) => word.startsWith(flag));
          return basename(said ?? '');
        },
      };
    },
  },
  'helm/rollback': {
    adapter: helmRollback,
    samples: async (folder) => ({
      folder,
      inputs: [
        { release: 'shop', namespace: 'prod', context: 'a b', kubeconfig: 'config', revision: '4' },
        { release: 'shop', within: '90s', pendingFor: '0s' },
      ],
      unreachable: { release: 'shop', kubeconfig: 'no/such' },
      carry: async (text) => {
        const helm = helmDouble(newFolder());
        helm.set({ contexts: [text], releases: { 'default/shop': revisionsOf('superseded', 'deployed') } });
        const input = { release: 'shop', context: text };
        const ended = await withPath(helm.path, () => runStep(helmRollback, input, folder));
        if (ended.outputs.restored !== '1') throw new Error(ended.stderr);
        const flag = '--kube-context=';
        const said = helm
          .state()
          .calls.at(-1)
          ?.find((word) => word.startsWith(flag));
        return said?.slice(flag.length) ?? '';
      },
    }),
  },
  'kubernetes/rollout-undo': {
    adapter: rolloutUndo,
    programs: ['kubectl'],
    samples: async (folder) => ({
      folder,
      inputs: [
        { deployment: 'web', namespace: 'shop', context: 'a b', kubeconfig: 'config', toRevision: '4' },
        { deployment: 'web', within: '90s' },
      ],
      unreachable: { deployment: 'web', kubeconfig: 'no/such' },
      carry: async (text) => {
        const { cluster: own, home } = await cluster();
        own.setImage('web', 'shop:2');
        const kubeconfig = own.kubeconfig(join(home, 'carried'), { context: text, token: tokenOf(text) });
        const ended = await runStep(rolloutUndo, { deployment: 'web', context: text, kubeconfig }, folder);
        if (ended.outputs.images !== 'shop:1') throw new Error(ended.stderr);
        return textOf(own.tokens);
      },
    }),
  },
  'kubernetes/scale': {
    adapter: scale,
    programs: ['kubectl'],
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
          return textOf(own.tokens);
        },
      };
    },
  },
};
