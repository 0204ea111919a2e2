/** Whether steps name a parameter or a secret in an expression; told from their text, so rather yes than no. */

/** `steps`: as JSON. `root`: `params` or `secrets`. A name that is computed may be any. */
export function namesIt(steps: string, root: string, name: string): boolean {
  if (new RegExp(`\\b${root}\\[(?!\\\\?['"])`).test(steps)) return true;
  return new RegExp(`\\b${root}(?:\\.|\\[\\\\?['"])${name}(?![\\w-])`).test(steps);
}
