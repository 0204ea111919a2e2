/** `nginx/maintenance`: closes and opens access at an nginx, by a flag or by an include. */
import { formatDuration } from '../../../src/kernel/duration.ts';
import {
  type AdapterContext,
  defineAdapter,
  type Performed,
  type Preflight,
  type Probe,
} from '../../../src/ports/adapter.ts';
import { failedBy, notReadyBy } from '../../support/access.ts';
import { done, probed } from '../../support/answers.ts';
import { type Input, input, isHere, markerPath, nginxArgv, reloadArgv, thing } from './input.ts';

export const adapter = defineAdapter<Input>({
  name: 'nginx/maintenance',
  summary:
    'Closes and opens access at an nginx: by a flag that it looks for, or by an include, tested before the reload.',
  tested: 'Tested on nginx 1.22.',
  input,
  secretFields: ['headers'],
  outputs: { marker: 'Where it was kept what was found.' },
  needs: ['nginx'],
  repeatable: true,
  readOnly: false,
  defaultTimeoutMs: 5 * 60_000,
  describe,
  preflight,
  probe,
  perform,
});

function describe(asked: Input): readonly string[] {
  const { flag, include, access, check, within } = asked;
  const closing = access === 'closed';
  const marker = `keep what is found in ${asked.marker ?? 'a hidden file beside it'}`;
  const change =
    flag !== undefined
      ? [closing ? `make the file ${flag}` : `remove the file ${flag}`]
      : [
          closing ? `put the maintenance page into ${include}` : `put back into ${include} what was there before`,
          `${nginxArgv(asked).join(' ')} -T (tests it; what is refused is taken away again, and nothing is reloaded)`,
          reloadArgv(asked).join(' '),
        ];
  return [
    ...(closing ? [marker] : []),
    ...change,
    ...(include !== undefined && isHere(asked.nginx) ? ['prove that nginx has new workers'] : []),
    ...(check === undefined
      ? []
      : [`prove that ${check} answers ${asked.expect[access]} within ${formatDuration(within)}`]),
    ...(closing && include !== undefined
      ? [`wait up to ${formatDuration(asked.drainTimeout)} until requests that were begun before have ended`]
      : []),
    ...(closing ? [] : ['remove the marker']),
  ];
}

async function perform(asked: Input, context: AdapterContext): Promise<Performed> {
  const work = asked.flag === undefined ? await byInclude(asked) : await byFlag(asked);
  const ended = await work(asked, context);
  if (!ended.ok) return failedBy(ended.error);
  const marker = asked.access === 'closed' ? { marker: markerPath(asked, context.folder) } : {};
  return done(`nginx ${ended.value}`, marker);
}

async function byFlag({ access }: Input) {
  const { closeByFlag, openByFlag } = await import('./flag.ts');
  return access === 'closed' ? closeByFlag : openByFlag;
}

async function byInclude({ access }: Input) {
  const { closeByInclude, openByInclude } = await import('./include.ts');
  return access === 'closed' ? closeByInclude : openByInclude;
}

async function preflight(asked: Input, context: AdapterContext): Promise<Preflight> {
  const { examineFlag, examineInclude } = await import('./examine.ts');
  const found = await (asked.flag === undefined ? examineInclude : examineFlag)(asked, context);
  return found.ok ? found.value : notReadyBy(found.error);
}

async function probe(asked: Input, context: AdapterContext): Promise<Probe> {
  const { answersAsAsked } = await import('./prove.ts');
  const standing = await standingOf(asked, context.folder);
  if (!standing.ok) return probed('unknown', standing.error.reason);
  const { closed, marked } = standing.value;
  const path = thing(asked, context.folder);
  if (asked.access === 'closed' && !(closed && marked))
    return probed('no', closed ? `${path} is closed, but not by backout: there is no marker` : `${path} is not closed`);
  if (asked.access === 'open' && (closed || marked))
    return probed(
      'no',
      closed ? `${path} is closed` : `the marker ${markerPath(asked, context.folder)} is there still`,
    );
  const answers = await answersAsAsked(asked, context);
  if (answers !== null)
    return probed(answers ? 'yes' : 'no', `${asked.check} answers ${answers ? '' : 'not '}as ${asked.access}`);
  if (closed === undefined)
    return probed('unknown', `there is no marker, and it is not known whether ${path} holds the maintenance page`);
  if (asked.flag !== undefined || asked.access === 'open') return probed('yes', `${path} is ${asked.access}`);
  return probed('unknown', `${path} is closed, but without \`check\` it is not known whether nginx has read it`);
}

async function standingOf(asked: Input, folder: string) {
  if (asked.flag !== undefined) {
    const { flagStanding } = await import('./flag.ts');
    const standing = flagStanding({ ...asked, previous: 'absent' }, folder);
    return standing.ok
      ? { ok: true as const, value: { closed: standing.value.there, marked: standing.value.marked } }
      : standing;
  }
  const { includeStanding } = await import('./include.ts');
  const standing = includeStanding({ ...asked, previous: 'absent' }, folder);
  return standing.ok
    ? { ok: true as const, value: { closed: standing.value.isClosed, marked: standing.value.marked } }
    : standing;
}
