/** A manifest: which files the tree must hold, with which content. Pure but for `compare`, which reads the tree. */
import { join } from 'node:path';
import * as z from 'zod/mini';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import { digestOf } from '../../support/digest.ts';
import { codeOf, reasonOf } from '../../support/reason.ts';
import { filesBelow } from '../../support/tree/walk.ts';
import { some } from '../../support/words.ts';
import { areAsListed, isPlain, worthAProcess } from './check-sums.ts';

/** Path below the target, without `./` → lower-case SHA-256. */
export type Manifest = ReadonlyMap<string, string>;

const digest = z.string().check(z.regex(/^[0-9a-fA-F]{64}$/));
const byPath = z.record(z.string(), digest);
const jsonManifest = z.union([
  z.object({ files: byPath }),
  byPath,
  z.array(z.object({ path: z.string(), sha256: digest })),
]);

export function parseManifest(content: string): Result<Manifest, string> {
  const start = content.trimStart()[0];
  const pairs = start === '{' || start === '[' ? jsonPairs(content) : linePairs(content);
  if (!pairs.ok) return pairs;
  const manifest = new Map<string, string>();
  for (const [path, hash] of pairs.value) {
    const name = path.startsWith('./') ? path.replace(/^(?:\.\/+)+/, '') : path;
    if (name.startsWith('/') || (name.includes('..') && name.split('/').includes('..')))
      return err(`it names ${path}, which is outside the tree`);
    manifest.set(name, hash.toLowerCase());
  }
  return manifest.size === 0 ? err('it names no file') : ok(manifest);
}

type Pairs = readonly (readonly [path: string, digest: string])[];

function jsonPairs(content: string): Result<Pairs, string> {
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    return err(`it is not JSON: ${reasonOf(error)}`);
  }
  const parsed = z.safeParse(jsonManifest, document);
  if (!parsed.success) return err('as JSON it must be an object of paths and SHA-256 digests');
  if (Array.isArray(parsed.data)) return ok(parsed.data.map(({ path, sha256 }) => [path, sha256]));
  const { files, ...paths } = parsed.data;
  return ok(
    Object.entries(typeof files === 'object' ? files : { ...paths, ...(files === undefined ? {} : { files }) }),
  );
}

/** As sha256sum writes: `<digest>  <name>`, `*` before the name in binary mode, `\` before a line with escapes. */
function linePairs(content: string): Result<Pairs, string> {
  const pairs: [string, string][] = [];
  for (const [index, line] of content.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const parts = /^(\\?)([0-9a-fA-F]{64}) [ *](.+?)\r?$/.exec(line);
    if (parts === null) return err(`line ${index + 1} is not "<SHA-256>  <path>"`);
    const [, escaped, hash = '', name = ''] = parts;
    pairs.push([escaped === '' ? name : unescaped(name), hash]);
  }
  return ok(pairs);
}

const unescaped = (name: string): string =>
  name.replaceAll(/\\([\\nr])/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? '\\');

export interface Comparison {
  readonly missing: readonly string[];
  readonly different: readonly string[];
  /** In the tree, not in the manifest. */
  readonly extra: readonly string[];
}

export async function compare(root: string, manifest: Manifest, signal?: AbortSignal): Promise<Comparison> {
  const [found, extra] = await Promise.all([differences(root, manifest, signal), extraIn(root, manifest)]);
  return { ...found, extra };
}

/** Is every file that the manifest lists there, and as listed? */
export async function differences(
  root: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<Pick<Comparison, 'missing' | 'different'>> {
  const plain = [...manifest].filter(([path]) => isPlain(path));
  const checked = plain.length >= worthAProcess && (await areAsListed(root, plain, signal));
  const { missing, different } = await compareEach(root, checked ? oddOnes(manifest) : manifest, signal);
  return { missing: missing.sort(), different: different.sort() };
}

/** Files of the tree that the manifest does not list. */
export async function extraIn(root: string, manifest: Manifest): Promise<readonly string[]> {
  const extra: string[] = [];
  for await (const { path, kind } of filesBelow(root)) if (kind === 'file' && !manifest.has(path)) extra.push(path);
  return extra.sort();
}

const oddOnes = (manifest: Manifest): Manifest => new Map([...manifest].filter(([path]) => !isPlain(path)));

async function compareEach(root: string, manifest: Manifest, signal?: AbortSignal) {
  const missing: string[] = [];
  const different: string[] = [];
  const queue = manifest.entries();
  const readOne = async () => {
    for (const [path, wanted] of queue) {
      const actual = await digestOr(join(root, path), signal);
      if (actual === undefined) missing.push(path);
      else if (actual !== wanted) different.push(path);
    }
  };
  await Promise.all(Array.from({ length: 8 }, readOne));
  return { missing, different };
}

async function digestOr(file: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return await digestOf(file, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (/^(?:ENOENT|ENOTDIR|EISDIR|ELOOP)$/.test(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** `3 files are missing: a, b, c`; null when the tree is what the manifest says. Extra files are no fault. */
export function faultIn({ missing, different }: Pick<Comparison, 'missing' | 'different'>): string | null {
  const faults = [
    ...(missing.length === 0 ? [] : [`${count(missing)} missing: ${some(missing)}`]),
    ...(different.length === 0 ? [] : [`${count(different)} of another content: ${some(different)}`]),
  ];
  return faults.length === 0 ? null : faults.join('; ');
}

const count = (paths: readonly string[]): string => (paths.length === 1 ? '1 file is' : `${paths.length} files are`);
