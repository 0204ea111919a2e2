/** The adapters that a plan uses, and what tells whether one of somebody's own was edited since. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sha256 } from '../../kernel/sha256.ts';
import { allSteps, type Plan } from '../../plan/plan.ts';

export const isOwn = (name: string): boolean => name.startsWith('.') || name.startsWith('/');

export function fileDigest(folder: string, name: string): string {
  try {
    return `sha256:${sha256(readFileSync(resolve(folder, name)))}`;
  } catch {
    return 'not there any more';
  }
}

/** Each once, in the order of the alphabet. */
export function adapterNames(plan: Plan): readonly string[] {
  const names = new Set<string>();
  for (const { action, verify } of allSteps(plan))
    for (const each of [action, verify?.action]) if (each?.kind === 'adapter') names.add(each.adapter);
  return [...names].sort();
}

/** As their files are now; a rehearsal's plan keeps it, so that its journal proves it. */
export function ownAdapters(plan: Plan): { readonly ownAdapters?: { readonly [name: string]: string } } {
  const own = adapterNames(plan).filter(isOwn);
  if (own.length === 0) return {};
  return { ownAdapters: Object.fromEntries(own.map((name) => [name, fileDigest(plan.folder, name)])) };
}
