/**
 * The playbook as people write it: one definition that validates, gives the types, the JSON Schema and
 * docs/playbook.md. Built once, when first asked for. Defaults are only told here; the plan fills them in.
 */
import * as z from 'zod/mini';
import { instantForm } from '../kernel/instant.ts';
import { communicationSchema } from './schema-communication.ts';
import { lintSchema } from './schema-lint.ts';
import {
  choice,
  count,
  decimal,
  duration,
  flag,
  idText,
  listOf,
  mapOf,
  nameText,
  text,
  variableText,
} from './schema-parts.ts';
import { policySchema, rehearsalSchema } from './schema-rehearsal.ts';
import { stepSchema } from './schema-step.ts';

let built: ReturnType<typeof build> | undefined;

export function playbookSchema(): ReturnType<typeof build> {
  built ??= build();
  return built;
}

function build() {
  const step = stepSchema();
  const steps = z.array(step, { error: 'must be a list of steps, each beginning with "- "' });
  return z
    .strictObject(
      {
        apiVersion: z.optional(
          z
            .literal('backout/v1', { error: 'must be backout/v1' })
            .check(z.meta({ description: 'The version of this format.' })),
        ),
        kind: z.optional(
          z.literal('Playbook', { error: 'must be Playbook' }).check(z.meta({ description: 'What this file is.' })),
        ),
        name: z
          .string({ error: 'must be text' })
          .check(
            z.regex(/^\S(?:[^\r\n]*\S)?$/, 'must be one line of text'),
            z.maxLength(200, 'must have at most 200 characters'),
            z.meta({ description: 'The name of the playbook.' }),
          ),
        system: text('What is backed out; only one run of it at a time. Default: `name`.'),
        summary: text('What the backout achieves, in a line.'),
        scope: text('What it covers and what not; part of the change record.'),
        goals: listOf('What must be true at the end.', z.string({ error: 'must be text' })),
        change: change(),
        timeBudget: duration('How long the whole backout may take; warned of at 80 % and when spent, never enforced.'),
        validFor: duration('How long a passed health check counts.', { default: '5m' }),
        maxParallel: count('How many steps may run side by side.', 1, 1000, { default: 10 }),
        withoutHealthChecks: text(
          'Why access may be opened without any health check. Without this reason that is an error.',
        ),
        withoutClosing: text(
          'Why data may be restored with every step of `disable-access` left out by its `if`. Without this reason that is an error.',
        ),
        roles: mapOf('Who is who: `owner` names a role. Names are written as ids of steps.', idText(), role()),
        parameters: mapOf('Values given for each run: `--param release=4.1`.', nameText(), parameter()),
        secrets: mapOf('Where secret values come from; they are never stored.', nameText(), secret()),
        phases: phases(steps),
        escalate: z.optional(z.nullable(stepList(steps, 'Steps that run when the backout itself ends badly.'))),
        communication: communicationSchema('The regular updates, sent by `backout run` itself while the run lasts.'),
        lint: lintSchema(),
        rehearsal: rehearsalSchema(secret(), step),
        policy: policySchema(),
      },
      { error: 'must be a mapping' },
    )
    .check(z.meta({ title: 'backout playbook', description: 'A backout plan, carried out by `backout run`.' }));
}

function stepList(steps: z.ZodMiniArray<ReturnType<typeof stepSchema>>, description: string) {
  const long = z.strictObject(
    { maxParallel: count('How many steps of this phase may run side by side.', 1, 1000), steps },
    { error: 'must be a list of steps' },
  );
  return z.union([steps, long], { error: 'must be a list of steps' }).check(z.meta({ description }));
}

function phases(steps: z.ZodMiniArray<ReturnType<typeof stepSchema>>) {
  const phase = (description: string) => z.optional(z.nullable(stepList(steps, description)));
  return z.optional(
    z
      .strictObject(
        {
          notify: phase('Who is told that the backout has begun. Holds the next phase at most 10 seconds.'),
          'disable-access': phase('How user access is closed.'),
          restore: phase('What is put back.'),
          'health-checks': phase('What must be proven before access is opened.'),
          'enable-access': phase('How user access is opened again.'),
          announce: phase('Who is told how it ended.'),
        },
        { error: 'must be a mapping of phases' },
      )
      .check(z.meta({ description: 'The six phases; they always run in this order, and any may be left out.' })),
  );
}

const timeError = 'must be a time with its zone, such as 2026-11-22T04:00:00Z';

function change() {
  return z.optional(
    z
      .strictObject(
        {
          id: text('The number of the change, e.g. CHG0042.'),
          risk: choice('How risky the change is.', ['low', 'medium', 'high']),
          windowEnds: z.optional(
            z
              .string({ error: timeError })
              .check(
                z.regex(instantForm, timeError),
                z.meta({ description: 'When the change window ends (RFC 3339).' }),
              ),
          ),
          summary: text('What the change is.'),
        },
        { error: 'must be a mapping with id, risk, windowEnds or summary' },
      )
      .check(z.meta({ description: 'The change that is backed out.' })),
  );
}

function role() {
  return z.strictObject(
    {
      name: text('The person or team.'),
      contact: text('How to reach them: a telephone number, an address.'),
      deputy: text('Who stands in.'),
    },
    { error: 'must be a mapping with name, contact or deputy' },
  );
}

function parameter() {
  const scalar = () =>
    z.union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' });
  return z.strictObject(
    {
      type: choice('The type of the value.', ['string', 'number', 'integer', 'boolean'], { default: 'string' }),
      description: text('What it is for.'),
      required: flag('It must be given. Without a `default` and not required, its value is null.', { default: false }),
      default: z.optional(scalar().check(z.meta({ description: 'The value when none is given.' }))),
      pattern: text('A regular expression (ECMAScript) that is found in the value; write ^ and $ to mean all of it.'),
      enum: listOf('The only values that are allowed.', scalar()),
      min: decimal('The smallest number.'),
      max: decimal('The largest number.'),
    },
    { error: 'must be a mapping, such as { type: string, required: true }' },
  );
}

function secret() {
  return z.strictObject(
    {
      env: z.optional(variableText().check(z.meta({ description: 'The environment variable that holds it.' }))),
      file: text("The file that holds it (a last line break is dropped), relative to the playbook's folder."),
      command: z.optional(
        z
          .array(z.string({ error: 'must be text' }), { error: 'must be a list: the program and its arguments' })
          .check(
            z.minLength(1, 'must name a program'),
            z.meta({ description: 'The program and its arguments that print it.' }),
          ),
      ),
    },
    { error: 'must be a mapping with env, file or command' },
  );
}
