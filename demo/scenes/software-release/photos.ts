/** The shared folder of the scene: photos of users, thumbnails made from them, and the list of what users have stored. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class Photos {
  readonly uploads: string;
  readonly thumbnails: string;
  readonly #list: string;

  constructor(shared: string) {
    this.uploads = join(shared, 'uploads');
    this.thumbnails = join(shared, 'thumbnails');
    this.#list = join(shared, 'photos.list');
  }

  create(): void {
    for (const folder of [this.uploads, this.thumbnails]) mkdirSync(folder);
    writeFileSync(this.#list, '');
  }

  /** What users have stored: another place than the folder, as a database would be. */
  names(): readonly string[] {
    return [...new Set(readFileSync(this.#list, 'utf8').split('\n'))].filter((name) => name !== '');
  }

  store(name: string, content: string): void {
    writeFileSync(join(this.uploads, name), content);
    appendFileSync(this.#list, `${name}\n`);
  }

  photo(name: string): string {
    return readFileSync(join(this.uploads, name), 'utf8');
  }

  /** Made again where there is none, or one of an older photo. */
  thumbnail(name: string): string {
    const file = join(this.thumbnails, name);
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (made < statSync(join(this.uploads, name)).mtimeMs) writeFileSync(file, thumbnailOf(this.photo(name)));
    return readFileSync(file, 'utf8');
  }

  faults(): readonly string[] {
    const here = new Set(readdirSync(this.uploads));
    const missing = this.names().filter((name) => !here.has(name)).length;
    const broken = readdirSync(this.thumbnails).filter(
      (name) => statSync(join(this.thumbnails, name)).size === 0,
    ).length;
    return [
      ...(missing > 0 ? [`${missing} photos are missing`] : []),
      ...(broken > 0 ? [`${broken} thumbnails are empty`] : []),
    ];
  }
}

export const thumbnailOf = (photo: string): string =>
  `small ${createHash('sha256').update(photo).digest('hex').slice(0, 12)}`;
