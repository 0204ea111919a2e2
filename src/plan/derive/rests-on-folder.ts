/**
 * Whether a playbook works only from the folder that it was meant for. Of shell text nobody can tell, and a bare word in
 * an adapter's input may be a file: what may be relative counts as relative.
 */
import type { Json } from '../../kernel/json.ts';
import { allSites, type HostsContent, type PlaybookContent, type StepContent } from '../../playbook/content.ts';

export const restsOnFolder = (content: PlaybookContent): boolean => allSites(content).some(({ step }) => rests(step));

function rests({ hosts, script, verify, ...step }: StepContent): boolean {
  if (script !== undefined || (verify !== undefined && isHere(verify))) return true;
  return hosts === undefined ? isHere(step) : isFromFile(hosts);
}

const isHere = ({ uses, run, cwd = '', script, with: input, env }: Action): boolean =>
  script !== undefined ||
  (run !== undefined && !cwd.startsWith('/')) ||
  [ownAdapter(uses), input, env].some(mayBeRelative);

/** An adapter of one's own lies beside the playbook. */
const ownAdapter = (uses = ''): string => (uses.startsWith('.') ? uses : '');

type Action = Pick<StepContent, 'uses' | 'run' | 'cwd' | 'script' | 'with' | 'env'>;

const isFromFile = (hosts: HostsContent): boolean =>
  typeof hosts === 'object' && !Array.isArray(hosts) && ['file', 'command', 'sshConfig'].some((key) => key in hosts);

function mayBeRelative(value: Json | undefined): boolean {
  if (typeof value === 'string') return value !== '' && !/^(?:\/|~|[a-z][a-z0-9+.-]*:)/i.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(mayBeRelative);
}
