/** Which image each service is to have: given, or read from the file that was written before the change. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { ok, type Result } from '../../../src/kernel/result.ts';
import { type Trouble, trouble } from '../../support/access.ts';
import { reasonOf } from '../../support/reason.ts';
import { type Input, pinned, serviceName } from './input.ts';

/** Image with digest by service. */
export type Images = ReadonlyMap<string, string>;

const flat = z.record(serviceName, pinned);
const locked = z.looseObject({ services: z.record(serviceName, z.looseObject({ image: pinned })) });

export async function imagesOf(asked: Input, folder: string): Promise<Result<Images, Trouble>> {
  if (asked.images !== undefined) return some(new Map(Object.entries(asked.images)), '`images`');
  const file = resolve(folder, asked.digests ?? '');
  const remedy = 'Correct `digests`, or name the images in `images`.';
  let given: unknown;
  try {
    const { parse } = await import('yaml');
    given = parse(await readFile(file, 'utf8'));
  } catch (error) {
    return trouble(`Digests ${file}: ${reasonOf(error)}`, remedy);
  }
  const lock = typeof given === 'object' && given !== null && 'services' in given;
  const parsed = lock ? z.safeParse(locked, given) : z.safeParse(flat, given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    return trouble(
      `Digests ${file}: ${faults.slice(0, 3).join('; ')}`,
      'Write it before the change: docker compose config --lock-image-digests > FILE',
    );
  }
  return some(lock ? fromLock(z.parse(locked, given)) : new Map(Object.entries(z.parse(flat, given))), file);
}

const fromLock = ({ services }: z.infer<typeof locked>): Images =>
  new Map(Object.entries(services).map(([service, { image }]) => [service, image]));

function some(images: Images, where: string): Result<Images, Trouble> {
  return images.size > 0
    ? ok(images)
    : trouble(`${where} names no service`, 'Name at least one service and its image.');
}
