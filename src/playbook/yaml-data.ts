/**
 * A parsed YAML document → plain data, in one walk that also finds what the `yaml` package would let pass or find
 * slowly: duplicate keys (its own search is quadratic), keys that are no text, tags, anchors that explode, depth.
 */
import type { Document, Node } from 'yaml';
import type { Json } from '../kernel/json.ts';

type Yaml = typeof import('yaml');

/** A fault at two offsets of the text. */
export interface YamlFault {
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
  readonly start: number;
  readonly end: number;
}

const maxDepth = 100;
/** Nodes that aliases may stand for, all together. */
const maxAliased = 10_000;

export class YamlReader {
  readonly faults: YamlFault[] = [];
  readonly #yaml: Yaml;
  readonly #document: Document;
  #aliased = 0;
  #exploded = false;

  constructor(yaml: Yaml, document: Document) {
    this.#yaml = yaml;
    this.#document = document;
  }

  /** The document as plain data; what is faulty is left out and told in `faults`. */
  read(): Json {
    return this.#value(this.#document.contents, 0, false);
  }

  #value(node: unknown, depth: number, aliased: boolean): Json {
    const { isAlias, isMap, isScalar, isSeq } = this.#yaml;
    if (aliased && ++this.#aliased > maxAliased) return this.#explosion(node);
    if (depth > maxDepth)
      return this.#fault(node, 'too-deep', `is nested more than ${maxDepth} levels deep`, 'Write it flatter.');
    if (isScalar(node)) return this.#scalar(node.value, node);
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target !== undefined) return this.#value(target, depth + 1, true);
      return this.#fault(
        node,
        'unknown-anchor',
        `*${node.source} names no anchor above it`,
        'Define it before with &name.',
      );
    }
    if (isSeq(node)) return node.items.map((item) => this.#value(item, depth + 1, aliased));
    if (isMap(node)) return this.#mapping(node.items, depth, aliased);
    return null;
  }

  #mapping(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    depth: number,
    aliased: boolean,
  ): Json {
    const entries = new Map<string, Json>();
    for (const { key, value } of items) {
      const name = this.#key(key);
      if (name === undefined) continue;
      if (entries.has(name)) {
        this.#fault(key, 'duplicate-key', `the key "${name}" stands twice in this mapping`, 'Keep one of them.');
        continue;
      }
      entries.set(name, this.#value(value, depth + 1, aliased));
    }
    return Object.fromEntries(entries);
  }

  #key(node: unknown): string | undefined {
    const target = this.#yaml.isAlias(node) ? node.resolve(this.#document) : node;
    if (this.#yaml.isScalar(target)) return target.value === null ? 'null' : String(target.value);
    this.#fault(node, 'key-not-text', 'a key must be text', 'Quote it, or write the mapping over several lines.');
    return undefined;
  }

  #scalar(value: unknown, node: Node): Json {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.#fault(node, 'not-a-number', `${String(value)} is no value here`, 'Quote it, if text is meant.');
  }

  #explosion(node: unknown): Json {
    if (!this.#exploded) {
      this.#exploded = true;
      const message = `aliases stand for more than ${maxAliased.toLocaleString('en-US')} values`;
      this.#fault(node, 'exploding-anchors', message, 'Write the values out; a playbook needs few aliases.');
    }
    return null;
  }

  #fault(node: unknown, rule: string, message: string, remedy: string): null {
    const [start, end] = this.#yaml.isNode(node) ? (node.range ?? [0, 0]) : [0, 0];
    this.faults.push({ rule, message, remedy, start, end });
    return null;
  }
}
