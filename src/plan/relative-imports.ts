/** Which files beside a script belong to it, so that they are frozen together. */

const comment = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/[^\n]*/g;
const specifier =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*|\brequire\s*\(\s*)(?:'(\.{1,2}\/[^'\n]+)'|"(\.{1,2}\/[^"\n]+)"|`(\.{1,2}\/[^`$\n]+)`)/g;

/**
 * The relative specifiers (`./lib.mjs`, `../support/x.mjs`) that `sourceText` imports, each once, as written.
 * Read from the text alone: a specifier that is computed is not found.
 */
export function relativeImports(sourceText: string): readonly string[] {
  const found = new Set<string>();
  for (const [, single, double, back] of sourceText.replaceAll(comment, '').matchAll(specifier)) {
    found.add(single ?? double ?? back ?? '');
  }
  return [...found];
}
