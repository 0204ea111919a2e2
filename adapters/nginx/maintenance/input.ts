import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { access } from '../../support/access.ts';
import { duration, headers, httpUrl, optionalText, texts, wholeNumber } from '../../support/fields.ts';

const status = (description: string, usual: number) => z._default(wholeNumber(description, 100, 599), usual);

export const input = z
  .strictObject({
    access: access(
      'nginx answers with its maintenance page.',
      'what was there before is put back, and nginx answers as it did.',
    ),
    flag: optionalText(
      'A file whose presence makes nginx refuse, as in `if (-f /var/lib/shop/closed) { return 503; }`. It is made and removed; nginx needs no reload. Either this or `include`.',
    ),
    include: optionalText(
      'A file that the configuration includes (an `include` with a `*` also finds a new one). It is replaced by `content` or `source`, nginx tests the configuration and reloads it. Either this or `flag`.',
    ),
    content: optionalText(
      'What `include` says while access is closed, e.g. `return 503;`. To open it is not needed: the marker knows it.',
    ),
    source: optionalText('A file with what `include` says while access is closed, instead of `content`.'),
    nginx: z._default(
      texts(
        'How nginx is called: a list of words, e.g. [sudo, -n, nginx] or [docker, exec, web, nginx]. Default: nginx.',
      ),
      ['nginx'],
    ),
    config: optionalText('The configuration file (`nginx -c`). Default: the one that nginx was built with.'),
    prefix: optionalText('The folder that relative paths in the configuration start from (`nginx -p`).'),
    reload: z.optional(
      texts('What reloads nginx: a list of words, e.g. [systemctl, reload, nginx]. Default: `nginx -s reload`.'),
    ),
    check: z.optional(httpUrl('An address to prove it on. Without one it is only proven that nginx has new workers.')),
    expect: z._default(
      z
        .strictObject({
          closed: status('The status of `check` while access is closed. Default: 503.', 503),
          open: status('The status of `check` while access is open. Default: 200.', 200),
        })
        .check(z.describe('What `check` has to answer.')),
      { closed: 503, open: 200 },
    ),
    headers: z.optional(headers('Headers to send with `check`, e.g. Host; may hold secrets.')),
    ca: optionalText('A PEM file with the certificate authority to trust with `check`.'),
    within: z._default(duration('How long it may take until nginx answers so. Default: 10s.'), 10_000),
    drainTimeout: z._default(
      duration('With `include`: how long requests that were begun before may go on. Default: 30s.'),
      30_000,
    ),
    marker: optionalText(
      'Where it is kept what was found, until it is opened again. Default: a hidden file beside the flag or the include.',
    ),
    previous: optionalText(
      'What open means where it is found closed without a marker: `absent`, or (with `include`) the path of a file with what it said.',
    ),
  })
  .check(
    z.refine(
      (asked) => (asked.flag === undefined) !== (asked.include === undefined),
      'give `flag` or `include`, and not both',
    ),
    z.refine(
      (asked) =>
        asked.include === undefined || asked.access === 'open' || (asked.content ?? asked.source) !== undefined,
      'give `content` or `source` to close access by `include`',
    ),
    z.refine(
      (asked) => asked.content === undefined || asked.source === undefined,
      'give `content` or `source`, and not both',
    ),
    z.refine(
      (asked) => asked.flag === undefined || (asked.content ?? asked.source ?? asked.reload) === undefined,
      '`content`, `source` and `reload` are for `include`',
    ),
    z.refine(
      (asked) => asked.flag === undefined || asked.previous === undefined || asked.previous === 'absent',
      'with `flag`, `previous` can only be absent',
    ),
    z.refine(
      (asked) => asked.include === undefined || asked.check !== undefined || isHere(asked.nginx),
      'give `check`: the workers of an nginx that is called like this cannot be seen',
    ),
  );
export type Input = z.infer<typeof input>;

/** Its processes can be seen in /proc: it is called itself, or by way of sudo. */
export function isHere(nginx: readonly string[]): boolean {
  const asOther = ['sudo', 'doas'].includes(basename(nginx[0] ?? ''));
  return basename(nginx.at(-1) ?? '') === 'nginx' && (nginx.length === 1 || asOther);
}

/** The flag or the include: absolute. */
export function thing(asked: Input, folder: string): string {
  return resolve(folder, asked.flag ?? asked.include ?? '');
}

/** Hidden: a `*` in an include does not find it. */
export function markerPath(asked: Input, folder: string): string {
  const path = thing(asked, folder);
  return asked.marker === undefined
    ? join(dirname(path), `.${basename(path)}.backout-marker`)
    : resolve(folder, asked.marker);
}

/** The beginning of every call: `nginx -p … -c …`. Without a folder: as it was given, to be shown. */
export function nginxArgv({ nginx, prefix, config }: Input, folder?: string): readonly string[] {
  const from = (path: string) => (folder === undefined ? path : resolve(folder, path));
  return [
    ...nginx,
    ...(prefix === undefined ? [] : ['-p', from(prefix)]),
    ...(config === undefined ? [] : ['-c', from(config)]),
  ];
}

export const reloadArgv = (asked: Input, folder?: string): readonly string[] =>
  asked.reload ?? [...nginxArgv(asked, folder), '-s', 'reload'];
