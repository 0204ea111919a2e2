/** Where the operational log goes, as people write it: `console`, `file:PATH`, `syslog://host:514`. */
import { err, ok, type Result } from '../../kernel/result.ts';

export type LogTarget =
  | { readonly kind: 'console' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'syslog'; readonly host: string; readonly port: number };

const forms = 'console, file:PATH or syslog://host:514';

/** The error is one line with the value and the forms that there are. */
export function parseLogTarget(text: string): Result<LogTarget, string> {
  if (text === 'console') return ok({ kind: 'console' });
  if (text.startsWith('file:')) return fileTarget(text);
  if (text.startsWith('syslog:')) return syslogTarget(text);
  return err(`unknown log target "${text}": write ${forms}`);
}

function fileTarget(text: string): Result<LogTarget, string> {
  const path = text.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.endsWith('/')) return err(`log target "${text}" names no file: write ${forms}`);
  return ok({ kind: 'file', path });
}

function syslogTarget(text: string): Result<LogTarget, string> {
  const url = URL.parse(text);
  const plain =
    url !== null && url.hostname !== '' && /^\/?$/.test(url.pathname) && url.search === '' && url.hash === '';
  if (!plain || url.username !== '') return err(`log target "${text}" is no syslog address: write ${forms}`);
  const port = url.port === '' ? 514 : Number(url.port);
  if (port === 0) return err(`log target "${text}" has port 0: write ${forms}`);
  return ok({ kind: 'syslog', host: url.hostname.replace(/^\[|\]$/g, ''), port });
}
