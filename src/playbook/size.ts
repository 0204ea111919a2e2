/** Sizes as people write them: `512KiB`, `64MiB`, `1GiB`, `10MB`, `4096B`. A bare number has no unit. */

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};

export const sizePattern = /^(\d{1,7}(?:\.\d{1,7})?)(B|KB|MB|GB|KiB|MiB|GiB)$/;

/** Bytes, or `undefined` where the text is not a size with a unit. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = sizePattern.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Math.round(Number(amount) * (unitBytes[unit] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
