/** Middle and spread of a few measurements. */

export interface Spread {
  readonly median: number;
  /** The quartiles: half of the measurements lie between them. */
  readonly low: number;
  readonly high: number;
}

/** At least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

export function median(values: readonly number[]): number {
  return spreadOf(values).median;
}

/** Between two neighbours, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}
