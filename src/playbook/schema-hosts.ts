/** The schema of `hosts`: where a step is done, each machine for itself, over ssh. */
import * as z from 'zod/mini';
import { count, duration, listOf, text } from './schema-parts.ts';

const shareError = 'must be a number of hosts, or a part of them such as 10%';
const percent = () => z.string({ error: shareError }).check(z.regex(/^(?:100|[1-9]?\d)%$/, shareError));

const share = (least: number) =>
  z.union([z.int({ error: shareError }).check(z.minimum(least, { error: shareError })), percent()], {
    error: shareError,
  });

const names = () =>
  z
    .array(z.string({ error: 'must be text' }).check(z.minLength(1, 'must not be empty')), { error: 'must be a list' })
    .check(z.minLength(1, 'must name a host'));

const command = () =>
  z.array(z.string({ error: 'must be text' }), { error: 'must be a list: the program and its arguments' }).check(
    z.minLength(1, 'must name a program'),
    z.meta({
      description:
        "A program and its arguments that print the inventory as JSON: as Ansible's inventory programs do, or a list of names. It runs when a plan is made, and must only look.",
    }),
  );

export const hostsSchema = () =>
  z.optional(
    z
      .union(
        [
          names(),
          z.strictObject(
            {
              list: z.optional(
                names().check(
                  z.meta({
                    description: 'Hosts by name: `web01`, `deploy@web01`, `web01:2222`, `web[01:10].example.com`.',
                  }),
                ),
              ),
              file: text(
                "An inventory of Ansible, in INI, YAML (`.yaml`, `.yml`) or JSON (`.json`), relative to the playbook's folder. Read when a plan is made.",
              ),
              command: z.optional(command()),
              groups: listOf(
                'Only the hosts of these groups of the inventory, or of these names.',
                z.string({ error: 'must be text' }).check(z.minLength(1, 'must not be empty')),
              ),
              concurrency: count('How many hosts at once.', 1, 10_000, { default: 20 }),
              batch: z.optional(
                z
                  .union(
                    [share(1), z.array(share(1), { error: shareError }).check(z.minLength(1, 'must name a batch'))],
                    {
                      error: 'must be a number, a percentage, or a list such as [1, 10%, 100%]',
                    },
                  )
                  .check(
                    z.meta({
                      description:
                        'How many hosts are done before the next ones begin: a number, a percentage, or a list of them, such as `[1, 10%, 100%]` for a canary first; the last entry repeats. After a batch in which no host succeeded none follows. Default: all are one batch.',
                    }),
                  ),
              ),
              maxFailures: z.optional(
                share(0).check(
                  z.meta({
                    description:
                      'How many hosts may fail (or be unreachable). Once more have, no further host begins; those that run are finished. A percentage is one of the hosts in the batches so far. Within the limit the step succeeds, and the run ends with an exception that names the hosts. Not in `disable-access` and `health-checks`: they hold on every host.',
                    default: 0,
                  }),
                ),
              ),
              sshConfig: text(
                "The configuration file for ssh (`ssh -F`), relative to the playbook's folder. Default: the user's own. Either way its keys, agent, jump hosts, known_hosts and shared connections count.",
              ),
              connectTimeout: duration('How long to wait for a connection.', { default: '10s' }),
              reconnect: duration(
                'How long a connection that was lost is tried again before the end on that host counts as unknown.',
                { default: '2m' },
              ),
            },
            { error: 'must be a mapping' },
          ),
        ],
        { error: 'must be a list of hosts, or a mapping with list, file or command' },
      )
      .check(
        z.meta({
          description:
            'Where `run`, `script` (a `.sh` file) or `uses: command` is done: on each of these hosts, over ssh, with `BACKOUT_HOST` in the environment. Default: here. `verify` is done here, once, when all hosts are done.',
        }),
      ),
  );
