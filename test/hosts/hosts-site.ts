/** A site whose playbook has one step on the hosts of a test's SSH server. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostEnd } from '../../src/engine/protocol.ts';
import type { SshServer } from '../rig/servers/sshd.ts';
import { Site } from '../rig/site.ts';

export interface StepOnHosts {
  /** In YAML: a list, or the inside of the mapping beside `sshConfig`. */
  readonly hosts: string;
  /** The other keys of the step, in YAML. */
  readonly step: string;
  readonly rest?: string;
}

export const run = ['run', 'playbook.yaml', '--yes'];

export function hostsSite(server: SshServer, { hosts, step, rest = '' }: StepOnHosts): Site {
  const source = hosts.startsWith('[') ? `list: ${hosts}` : hosts;
  return new Site(`
name: fleet
phases:
  restore:
    - { id: deploy, hosts: { sshConfig: ${server.config}, ${source} }, ${step} }
${rest}`);
}

/** What the journal says of the hosts, in the order in which they ended: `web01 succeeded`. */
export function hostEnds(site: Site): readonly HostEnd[] {
  return site.events('step.hosts-ended').flatMap(({ hosts }) => hosts);
}

export const outcomes = (site: Site): readonly string[] =>
  hostEnds(site).map(({ host, outcome }) => `${host} ${outcome}`);

/** What stands on the "hosts" of what was begun there, as text: nothing of it may hold a secret. */
export function remoteFiles(server: SshServer): readonly (readonly [name: string, text: string])[] {
  const folder = join(server.state, 'backout/hosts');
  return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
}
