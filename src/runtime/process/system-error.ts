/** Whether the system refused with one of these codes (`ENOENT`, …). By shape: a test's realm has another `Error`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return codes.some((code) => error.code === code);
}
