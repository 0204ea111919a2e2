/** Read-only: can it be closed and opened again? The preflight of both ways. */
import { constants } from 'node:fs';
import { access as mayUse } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ok, type Result } from '../../../src/kernel/result.ts';
import type { AdapterContext, Preflight } from '../../../src/ports/adapter.ts';
import { cannotKeep, type Trouble, trouble } from '../../support/access.ts';
import { ready } from '../../support/answers.ts';
import { reasonOf } from '../../support/reason.ts';
import { reads, testConfig, wouldRead } from './config.ts';
import { flagStanding } from './flag.ts';
import { includeStanding } from './include.ts';
import { type Input, markerPath, thing } from './input.ts';
import { mayReload } from './reload.ts';

type Examined = Result<Preflight, Trouble>;

export async function examineFlag(asked: Input, context: AdapterContext): Promise<Examined> {
  const flag = thing(asked, context.folder);
  const standing = flagStanding(asked, context.folder);
  if (!standing.ok) return standing;
  const place = await writable(asked, context.folder);
  if (!place.ok) return place;
  const config = await testConfig(asked, context, 'its configuration');
  const checked = [`${dirname(flag)} may be written`];
  const unproven = asked.check === undefined ? ' (give `check` to prove it)' : '';
  if (!config.ok) return ok(ready(checked, `whether nginx looks at the flag: ${config.error.reason}${unproven}`));
  if (!config.value.text.includes(basename(flag)))
    return trouble(
      `The configuration of nginx does not look at ${flag}`,
      `Add \`if (-f ${flag}) { return 503; }\` to the \`server\` that is to be closed, or correct \`flag\` and \`config\`.`,
    );
  return ok(
    ready(
      [...checked, 'the configuration of nginx names the flag'],
      unproven === '' ? null : `whether it answers as it should${unproven}`,
    ),
  );
}

export async function examineInclude(asked: Input, context: AdapterContext): Promise<Examined> {
  const path = thing(asked, context.folder);
  const standing = includeStanding(asked, context.folder);
  if (!standing.ok) return standing;
  const place = await writable(asked, context.folder);
  if (!place.ok) return place;
  const config = await testConfig(asked, context, 'its configuration as it stands');
  if (!config.ok) return config;
  if (!reads(config.value, path) && !wouldRead(config.value, path))
    return trouble(
      `nginx does not read ${path}: no \`include\` of its configuration names it`,
      `Add \`include ${path}*;\` to the \`server\` that is to be closed, or correct \`include\`.`,
    );
  const seen = await mayReload(asked, context, config.value);
  if (!seen.ok) return seen;
  const workers = seen.value === undefined ? [] : [`nginx runs (master ${seen.value.workers.master})`];
  return ok(
    ready(
      [`${dirname(path)} may be written`, 'nginx accepts its configuration, and reads the include', ...workers],
      'nginx tests the maintenance page itself when it is in place, before the reload',
    ),
  );
}

async function writable(asked: Input, folder: string): Promise<Result<null, Trouble>> {
  const path = thing(asked, folder);
  try {
    await mayUse(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    return trouble(
      `${path} cannot be written: ${dirname(path)}: ${reasonOf(error)}`,
      'Run as a user that may write there.',
    );
  }
  const unkept = await cannotKeep(markerPath(asked, folder));
  return unkept === undefined ? ok(null) : { ok: false, error: unkept };
}
