/** Where steps stand: the six phases in the order in which they always run, and the list for a bad end. */
export const phaseNames = [
  'notify',
  'disable-access',
  'restore',
  'health-checks',
  'enable-access',
  'announce',
] as const;
export type PhaseName = (typeof phaseNames)[number];
export type PlaceName = PhaseName | 'escalate';

/** Places where telling never holds the backout up (P2). */
export const tellingPlaces: ReadonlySet<PlaceName> = new Set(['notify', 'announce', 'escalate']);
