import * as z from 'zod/mini';
import { duration, wholeNumber } from '../../support/fields.ts';
import { clusterFields, objectName } from '../kubectl.ts';

export const input = z.strictObject({
  deployment: objectName('The Deployment that is taken back.'),
  ...clusterFields,
  toRevision: z.optional(
    wholeNumber(
      'The revision to go back to, as `kubectl rollout history` shows it. Default: the one before the current; a Deployment that was taken back from a revision is not taken back further.',
      1,
      1_000_000,
    ),
  ),
  within: z._default(duration('How long its pods may take to be replaced. Default: 10m.'), 600_000),
});
export type Input = z.infer<typeof input>;

/** As it comes to the work: durations in ms already. */
export const order = z.extend(input, { within: z.int() });

export const reference = ({ deployment }: Input): string => `deployment/${deployment}`;
