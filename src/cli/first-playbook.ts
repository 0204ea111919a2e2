/**
 * What `backout init` writes: the classic backout, every part named, to be filled in. What is not filled in fails: an
 * unfilled template must not report that anything was backed out.
 */
export const firstPlaybook = `# A backout plan that backout can run. Check it: backout lint FILE; rehearse it: backout run --dry-run FILE
apiVersion: backout/v1
name: my-service
summary: Take my-service back to how it was before the change
change: { id: CHG0000, risk: medium }
timeBudget: 45m

roles:
  change-manager: { name: FILL IN, contact: FILL IN }
  operations: { name: FILL IN, contact: FILL IN }

phases:
  notify:
    - id: tell-service-desk
      name: Tell the Service Desk that the backout has begun
      owner: change-manager
      manual: Call the Service Desk and say that the backout of my-service has begun.

  disable-access:
    - id: close-access
      owner: operations
      run: "echo 'FILL IN: the command that closes user access' >&2; exit 1"
      timeout: 1m

  restore:
    - id: restore-data
      owner: operations
      run: "echo 'FILL IN: the command that restores the backup' >&2; exit 1"
      timeout: 30m
      verify: { run: "echo 'FILL IN: a command that proves the restore on the data' >&2; exit 1" }

  health-checks:
    - id: is-healthy
      owner: operations
      run: "echo 'FILL IN: the command that proves health' >&2; exit 1"
      timeout: 3m
      until: { successes: 3, every: 2s, within: 2m }

  enable-access:
    - id: open-access
      owner: operations
      run: "echo 'FILL IN: the command that opens user access' >&2; exit 1"
      timeout: 1m

  announce:
    - id: tell-service-desk-end
      owner: change-manager
      manual: Call the Service Desk and say that my-service is back.

escalate:
  - id: call-duty-manager
    owner: change-manager
    manual: Call the duty manager; the backout has failed and access is still closed.
`;
