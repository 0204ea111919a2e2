/** The schema of `rehearsal` and `policy`: where and how a plan is rehearsed, and what a real run asks of that. */
import * as z from 'zod/mini';
import type { Json } from '../kernel/json.ts';
import { communicationSchema } from './schema-communication.ts';
import { hostsSchema } from './schema-hosts.ts';
import { choice, duration, idText, listOf, mapOf, nameText, text, value, variableText } from './schema-parts.ts';

const scalar = () => z.union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' });

const needed = (description: string) =>
  z.string({ error: 'must be text' }).check(z.minLength(1, 'must not be empty'), z.meta({ description }));

const reasoned = () =>
  z.strictObject(
    { step: idText().check(z.meta({ description: 'The id of the step.' })), reason: needed('Why.') },
    { error: 'must be a mapping with step and reason' },
  );

/** `secret` and `step`: the schemas of those, which the whole playbook shares. */
export function rehearsalSchema<Secret extends z.ZodMiniType, Step extends z.ZodMiniType>(secret: Secret, step: Step) {
  return z.optional(
    z
      .strictObject(
        {
          environment: needed('What people call the place, e.g. `staging`. Every message and screen says it.').check(
            z.regex(/^\S(?:[^\r\n]{0,58}\S)?$/, 'must be one line of at most 60 characters'),
          ),
          machine: text(
            "The name (`hostname`) of the machine that rehearsals are run on. It is then not a machine of production: paths, units and ports of it are not compared with production's, and a rehearsal anywhere else is refused.",
          ),
          parameters: mapOf(
            'Values there, by parameter. They go over `--param` and over the defaults.',
            nameText(),
            scalar(),
          ),
          secrets: mapOf('Where secrets are read from there.', nameText(), secret),
          hosts: mapOf(
            'The hosts there, by step.',
            idText(),
            hostsSchema().check(z.meta({ description: 'As `hosts` of a step.' })),
          ),
          with: mapOf(
            "Fields of a step's `with` there, by step; those not named stay.",
            idText(),
            z.record(z.string(), z.custom<Json>(), { error: 'must be a mapping of fields' }),
          ),
          env: mapOf(
            "Variables of a step's `env` there, by step; those not named stay.",
            idText(),
            z.record(variableText(), value(), { error: 'must be a mapping of variables' }),
          ),
          communication: communicationSchema(
            'The regular updates there: its `audiences` and `alert` stand in place of the real ones, none of which hears anything; the rest stays as it is unless it is named. Without it a rehearsal sends no updates.',
          ),
          leaveOut: listOf('Steps that are not rehearsed, and why: the evidence says so.', reasoned()),
          harmless: listOf(
            'Steps whose effect nobody but a person can judge (shell text that is the same as in production, an own adapter), or that only look at what production looks at too (a metrics server for both), and why they do no harm.',
            reasoned(),
          ),
          cleanup: listOf(
            'Steps that put the environment back. They run at the end, however the rehearsal ends.',
            step,
          ),
          expiresAfter: duration('How long the evidence counts.', { default: '90d' }),
          production: listOf(
            'More hosts, databases, addresses or paths that no rehearsal may reach, beside those of the steps.',
            needed('A host (`db1.example.com`), host:port, an address, or a path.'),
          ),
        },
        { error: 'must be a mapping, such as { environment: staging, parameters: { … } }' },
      )
      .check(z.meta({ description: 'Where the plan is rehearsed, for real: what replaces the real ones.' })),
  );
}

export function policySchema() {
  return z.optional(
    z
      .strictObject(
        {
          rehearsal: choice(
            'What a real run does where no rehearsal of this plan counts (none, failed, expired, or of another plan): nothing, a warning, ask for `--without-rehearsal --reason …`, or refuse. Default: none; where the risk of the change is high: warn.',
            ['none', 'warn', 'override', 'refuse'],
          ),
        },
        { error: 'must be a mapping with rehearsal' },
      )
      .check(z.meta({ description: 'What must hold before a real run is begun.' })),
  );
}
