/** The schema of `communication:`: who hears at intervals how it stands, over which channel, and how often. */
import * as z from 'zod/mini';
import { choice, duration, idText, mapOf, text } from './schema-parts.ts';
import { environment, input, retry } from './schema-step.ts';

export const communicationSchema = (description: string) =>
  z.optional(
    z
      .strictObject(
        {
          speaker: text('Who speaks and answers questions: a key of `roles`. Their name and contact stand in updates.'),
          impact: choice('How much users feel it; sets how often they hear. Default: `change.risk`, else medium.', [
            'low',
            'medium',
            'high',
          ]),
          cadence: cadence(),
          alert: z.optional(channel('Where the speaker hears that an update was not delivered.')),
          audiences: mapOf(
            'Who hears at intervals how it stands, by a name of your own, written as the id of a step.',
            idText(),
            audience(),
          ),
        },
        { error: 'must be a mapping with audiences' },
      )
      .check(z.meta({ description })),
  );

function cadence() {
  return z.optional(
    z
      .strictObject(
        {
          low: duration('With low impact.', { default: '1h' }),
          medium: duration('With medium impact.', { default: '30m' }),
          high: duration('With high impact.', { default: '15m' }),
        },
        { error: 'must be a mapping, such as { high: 10m }' },
      )
      .check(
        z.meta({
          description:
            'How often an audience hears that does not say it itself, by impact. Default: low 1h, medium 30m, high 15m.',
        }),
      ),
  );
}

function audience() {
  return z.strictObject(
    {
      name: text('Who they are, for people. Default: its key.'),
      contact: text('How a person reaches them, when no channel does.'),
      channel: channel('How they are told.'),
      fallback: z.optional(channel('How they are told when the channel has failed.')),
      every: duration('How often, counted from the start of the run. Default: by `cadence`.'),
    },
    { error: 'must be a mapping with a channel' },
  );
}

function channel(description: string) {
  return z
    .strictObject(
      {
        uses: z.string({ error: 'must be the name of an adapter' }).check(
          z.minLength(1, 'must not be empty'),
          z.meta({
            description:
              'The adapter that sends it, e.g. `slack`, `teams`, `email`, `webhook` (`backout adapters` lists them).',
          }),
        ),
        with: input(
          'Its input. What an update says need not be written: `slack`, `teams`, `servicenow`, `jira`, `pagerduty`, `email` and `webhook` get it filled in.',
        ),
        env: environment(),
        timeout: duration('How long one try may take.', { default: '30s' }),
        retry: retry('How often it is tried. Default: twice, 5 seconds apart.'),
      },
      { error: 'must be a mapping, such as { uses: slack, with: { url: … } }' },
    )
    .check(z.meta({ description }));
}
