/** What a document is made of, before it is Markdown, HTML or plain text. All text is raw: renderers escape it. */

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  /** Something is missing or must be looked at. */
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'heading'; readonly text: string; readonly depth: 3 | 4 }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  /** Names and values; rows whose value is null are left out when it is made. */
  | { readonly kind: 'facts'; readonly rows: readonly Fact[] }
  | Table;

export type Fact = readonly [name: string, value: Cell];

export interface Table {
  readonly kind: 'table';
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Several texts stand below each other. */
export type Cell = string | readonly string[];

export interface Section {
  /** Stable: links point to it. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const cellLines = (cell: Cell): readonly string[] => (typeof cell === 'string' ? [cell] : cell);

export function factsBlock(rows: readonly (readonly [string, Cell | null])[]): Block {
  return { kind: 'facts', rows: rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])) };
}

export const textBlock = (text: string): Block => ({ kind: 'text', text });
export const warningBlock = (text: string): Block => ({ kind: 'warning', text });
export const listBlock = (items: readonly string[]): Block => ({ kind: 'list', items });
