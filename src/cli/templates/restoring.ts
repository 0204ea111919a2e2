/** What is put back, what is tried where that fails, and how it is proven on the data before users are let in. */
import type { RestoreKind } from './answers.ts';
import { type Parameter, pathParameter } from './piece.ts';
import type { Restoring } from './restoring-piece.ts';
import { postgres } from './restoring-postgres.ts';
import { kubernetesParameters } from './servers.ts';

const address = (name: string, description: string): Parameter => ({
  name,
  description,
  pattern: '^https?://.+$',
  rehearsal: `https://CHANGEME.example.com/${name}`,
});

const files: Restoring = {
  summary: 'Take the files of the service back to how they were before the change',
  scope: 'The folder that is given as target, with everything in it; nothing else is put back',
  goals: ['Every file of the backup is there, unchanged', 'No user reaches the service before that has been checked'],
  parameters: [
    pathParameter('target', 'The folder to put back'),
    pathParameter('backup', 'The tar archive of it, taken before the change'),
    pathParameter('manifest', 'Its checksums, as sha256sum writes them'),
    pathParameter('previousBackup', 'The archive before that one, used only where the newer one cannot be restored'),
    pathParameter('previousManifest', 'Its checksums'),
  ],
  restore: `
- id: restore-files
  name: Put the files back
  owner: operations
  uses: files/restore
  with: { archive: '@{params.backup}', target: '@{params.target}', manifest: '@{params.manifest}' }
  timeout: 30m
  onUnknown: probe
  contingency:
    - id: restore-files-previous
      name: Put the files of the backup before back
      owner: operations
      uses: files/restore
      with: { archive: '@{params.previousBackup}', target: '@{params.target}', manifest: '@{params.previousManifest}' }
      timeout: 30m
      onUnknown: probe`,
  checks: `
- id: files-are-back
  name: Every file of the backup is there, unchanged
  owner: operations
  cwd: @{params.target}
  run: sha256sum --check --strict --quiet @{params.manifest}
  timeout: 10m
  onFailure: ask`,
};

const release: Restoring = {
  summary: 'Take the service back to the release before the change',
  scope: 'The release that is current on the host; data stay as they are',
  goals: ['The service runs the release before', 'No user reaches the service before that has been checked'],
  parameters: [
    pathParameter('folder', 'The folder of the application: it holds releases and the link current'),
    { name: 'release', description: 'The release to go back to, by its name', rehearsal: 'CHANGEME' },
    {
      name: 'olderRelease',
      description: 'The release before that one, used only where the first cannot be gone back to',
      rehearsal: 'CHANGEME-older',
    },
    address('versionUrl', 'Where the service says which release it runs'),
  ],
  restore: `
- id: restore-release
  name: Go back to the release before
  owner: operations
  uses: release/symlink
  with: { path: '@{params.folder}', to: '@{params.release}' }
  timeout: 2m
  contingency:
    - id: restore-older-release
      name: Go back to the release before that one
      owner: operations
      uses: release/symlink
      with: { path: '@{params.folder}', to: '@{params.olderRelease}' }
      timeout: 2m`,
  checks: `
- id: release-is-back
  name: The service runs the release before
  owner: operations
  uses: http
  with:
    url: @{params.versionUrl}
    expect: { status: 200, body: { contains: '@{params.release}' } }
  until: { successes: 3, every: 2s, within: 2m }
  timeout: 3m
  onFailure: ask`,
};

const kubernetes: Restoring = {
  summary: 'Take the Deployment back to the revision before the change',
  scope: 'The Deployment and its pods; data, ConfigMaps and Secrets stay as they are',
  goals: ['The service runs the revision before', 'No user reaches the service before that has been checked'],
  parameters: [
    ...kubernetesParameters,
    { name: 'deployment', description: 'The Deployment that is taken back', rehearsal: 'CHANGEME' },
    address('versionUrl', 'Where the service says which version it runs, reached without the entrance'),
    { name: 'version', description: 'What it says when the revision before runs', rehearsal: 'CHANGEME' },
  ],
  restore: `
- id: restore-deployment
  name: Take the Deployment back to the revision before
  owner: operations
  uses: kubernetes/rollout-undo
  with: { deployment: '@{params.deployment}', namespace: '@{params.namespace}' }
  timeout: 15m
  onUnknown: probe
  contingency:
    - id: apply-manifests
      name: Apply the manifests of the release before by hand
      owner: operations
      manual: Apply the manifests of the release before (FILL IN where they are), wait for the rollout, then confirm.
      answerWithin: 30m`,
  checks: `
- id: version-is-back
  name: The service runs the version before
  owner: operations
  uses: http
  with:
    url: @{params.versionUrl}
    expect: { status: 200, body: { contains: '@{params.version}' } }
  until: { successes: 3, every: 2s, within: 2m }
  timeout: 3m`,
};

const command: Restoring = {
  summary: 'Take the service back to how it was before the change',
  scope: 'FILL IN: which systems and data are put back, and which are not',
  goals: ['FILL IN: what must be true at the end'],
  parameters: [],
  restore: `
- id: restore-data
  name: Put the data back
  owner: operations
  run: "echo 'FILL IN: the command that restores the backup' >&2; exit 1"
  timeout: 30m
  verify: { run: "echo 'FILL IN: a command that proves the restore on the data' >&2; exit 1" }
  contingency:
    - id: restore-data-previous
      name: Put the data of the backup before back
      owner: operations
      run: "echo 'FILL IN: the command that restores the backup before' >&2; exit 1"
      timeout: 30m
      verify: { run: "echo 'FILL IN: a command that proves it on the data' >&2; exit 1" }`,
  checks: `
- id: data-are-back
  name: The data are those of the backup
  owner: operations
  run: "echo 'FILL IN: the command that proves health on the data' >&2; exit 1"
  timeout: 5m`,
};

export const restoring: Readonly<Record<RestoreKind, Restoring>> = { files, release, postgres, kubernetes, command };
