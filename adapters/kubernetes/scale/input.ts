import * as z from 'zod/mini';
import { access } from '../../support/access.ts';
import { duration, wholeNumber } from '../../support/fields.ts';
import { clusterFields, objectName } from '../kubectl.ts';

export const input = z.strictObject({
  access: access(
    'scales it down and waits until its pods are gone.',
    'scales it to what it was before and waits until all of its pods are ready.',
  ),
  kind: z._default(
    z.enum(['deployment', 'statefulset']).check(z.describe('What is scaled. Default: deployment.')),
    'deployment',
  ),
  name: objectName('Its name.'),
  ...clusterFields,
  replicas: z._default(wholeNumber('How many replicas it has while it is closed. Default: 0.', 0, 10_000), 0),
  previous: z.optional(
    wholeNumber(
      'How many replicas open means: needed only where it was scaled down by somebody else before.',
      1,
      10_000,
    ),
  ),
  within: z._default(duration('How long its pods may take to go, or to become ready. Default: 5m.'), 300_000),
});
export type Input = z.infer<typeof input>;

export const reference = ({ kind, name }: Input): string => `${kind}/${name}`;

/** The ConfigMap that keeps what was found. */
export const markerName = ({ kind, name }: Input): string => `backout-access-${kind}-${name}`;
