/** A playbook's file as read: its data, and where each value of it stands. Places are looked up only for faults. */
import type { Document, Node } from 'yaml';
import type { Diagnostic } from '../kernel/diagnostic.ts';
import type { Json } from '../kernel/json.ts';
import type { Path } from './content.ts';
import { type Placed, Source } from './source.ts';
import { endOfExpression } from './template.ts';

type Yaml = typeof import('yaml');
type Part = 'key' | 'value';
/** Where a value of a document that was put together from others stands in them. */
export type Origin = (path: Path) => { readonly document: PlaybookDocument; readonly path: Path };

export class PlaybookDocument {
  readonly source: Source;
  readonly data: Json;
  readonly #yaml: Yaml;
  readonly #document: Document;
  readonly #origin: Origin | undefined;

  constructor(yaml: Yaml, document: Document, source: Source, data: Json, origin?: Origin) {
    this.#yaml = yaml;
    this.#document = document;
    this.source = source;
    this.data = data;
    this.#origin = origin;
  }

  /** Other data made of this document's and perhaps others' values; a fault in it is told where the value was written. */
  arranged(data: Json, origin: Origin, others: readonly PlaybookDocument[] = []): PlaybookDocument {
    const text = [this, ...others].map(({ source }) => source.text).join('\n');
    return new PlaybookDocument(this.#yaml, this.#document, new Source(this.file, text), data, origin);
  }

  get file(): string {
    return this.source.file;
  }

  /** The place of the value (or its key) at `path`; of the nearest that is there, where it is missing. */
  place(path: Path, part: Part = 'value'): Placed {
    const from = this.#origin?.(path);
    if (from !== undefined) return from.document.place(from.path, part);
    const [start, end] = this.#offsets(path, part);
    return this.source.place(start, end);
  }

  /** The place of the `index`-th `${{ … }}` in the text at `path`; of the whole text where it cannot be told. */
  placeOfExpression(path: Path, index: number): Placed {
    const origin = this.#origin?.(path);
    if (origin !== undefined) return origin.document.placeOfExpression(origin.path, index);
    const [from, to] = this.#offsets(path, 'value');
    let start = from - 1;
    for (let count = 0; count <= index; count++) {
      start = this.source.text.indexOf('${{', start + 1);
      if (start < 0 || start >= to) return this.source.place(from, to);
    }
    return this.source.place(start, Math.min(endOfExpression(this.source.text, start) ?? to, to));
  }

  /** An error at `path`. */
  error(rule: string, path: Path, message: string, remedy?: string, part: Part = 'value'): Diagnostic {
    return { severity: 'error', rule, message, ...(remedy === undefined ? {} : { remedy }), ...this.place(path, part) };
  }

  warning(rule: string, path: Path, message: string, remedy: string): Diagnostic {
    return { severity: 'warning', rule, message, remedy, ...this.place(path) };
  }

  /** The same file for content (`data`) that was put together from parts of it: `origin` says where a path of it stands. */
  rearranged(data: Json, origin: (path: Path) => Path): PlaybookDocument {
    const place = (path: Path, part?: Part): Placed => this.place(origin(path), part);
    const placeOfExpression = (path: Path, index: number): Placed => this.placeOfExpression(origin(path), index);
    // Its private parts stay with the original, which both of these ask.
    return Object.create(this, {
      data: { value: data },
      place: { value: place },
      placeOfExpression: { value: placeOfExpression },
    });
  }

  #offsets(path: Path, part: Part): readonly [number, number] {
    let node: unknown = this.#document.contents;
    let key: unknown;
    for (const segment of path) {
      const pair = this.#child(this.#resolved(node), segment);
      if (pair === undefined) return firstLine(offsetsOf(node), this.source.text);
      key = pair.key;
      node = pair.value;
    }
    const chosen = part === 'key' || !this.#yaml.isNode(node) ? (key ?? node) : node;
    return firstLine(offsetsOf(chosen), this.source.text);
  }

  #child(node: unknown, segment: string | number): { readonly key: unknown; readonly value: unknown } | undefined {
    if (this.#yaml.isSeq(node) && typeof segment === 'number') {
      return segment in node.items ? { key: undefined, value: node.items[segment] } : undefined;
    }
    if (!this.#yaml.isMap(node)) return undefined;
    return node.items.find(({ key }) => this.#yaml.isScalar(key) && String(key.value) === String(segment));
  }

  #resolved(node: unknown): unknown {
    return this.#yaml.isAlias(node) ? node.resolve(this.#document) : node;
  }
}

function offsetsOf(node: unknown): readonly [number, number] {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : [0, 0];
}

/** Trailing line breaks belong to no value. */
function firstLine([start, end]: readonly [number, number], text: string): readonly [number, number] {
  let last = end;
  while (last > start + 1 && /\s/.test(text[last - 1] ?? '')) last--;
  return [start, last];
}
