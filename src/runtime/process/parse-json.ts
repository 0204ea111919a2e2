/** The value, or `undefined` where the text is not JSON (a file cut short by a crash). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
