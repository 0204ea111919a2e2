/**
 * What a playbook is put together from. Steps are YAML without indentation, in which `@{x}` stands for `${{ x }}`:
 * that would be code here.
 */

export interface Piece {
  readonly parameters: readonly Parameter[];
  /** Names of environment variables by secret. */
  readonly secrets?: { readonly [name: string]: string };
}

export interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly type?: 'string' | 'integer';
  readonly pattern?: string;
  /** Without one it must be given. */
  readonly default?: string | number;
  /** What stands for it where the plan is rehearsed; left out: it is the same there. */
  readonly rehearsal?: string | number;
}

/** A path that must be given. */
export const pathParameter = (name: string, description: string): Parameter => ({
  name,
  description,
  pattern: '^/.+$',
  rehearsal: `/srv/CHANGEME/${name}`,
});

export const indented = (text: string, by: number): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`))
    .join('\n');

export const withExpressions = (text: string): string => text.replaceAll(/@\{([^{}]+)\}/g, '${{ $1 }}');

/** Any text as a YAML value on one line. */
export const quoted = (text: string): string =>
  /^[A-Za-z][\w-]*$/.test(text) && !isWord(text) ? text : JSON.stringify(text);

const isWord = (text: string): boolean => /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
