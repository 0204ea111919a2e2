/** `2026-11-22 14:05 UTC`: a document has no zone of its own. */
export function minute(at: string | null): string | null {
  if (at === null || Number.isNaN(Date.parse(at))) return at;
  const text = new Date(at).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}
