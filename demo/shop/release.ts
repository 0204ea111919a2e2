/** The release that `current` points to, and its migration. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

export interface Release {
  readonly version: string;
  readonly schema: number;
  readonly migrate: ((database: DatabaseSync, uploadsFolder: string) => void) | undefined;
}

export async function currentRelease(folder: string): Promise<Release> {
  const { version, schema } = JSON.parse(readFileSync(join(folder, 'current/release.json'), 'utf8'));
  const migration = join(folder, 'releases', String(version), 'migrate.mjs');
  const migrate = existsSync(migration) ? (await import(pathToFileURL(migration).href)).migrate : undefined;
  return { version, schema, migrate };
}

/** A newer release brings its tables up to date when it first opens the database. */
export function migrate(release: Release, database: DatabaseSync, uploadsFolder: string): void {
  const schema = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (schema < release.schema) release.migrate?.(database, uploadsFolder);
}
