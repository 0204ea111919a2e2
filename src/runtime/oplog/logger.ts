/** winston behind two verbs. Loaded only where a target is set: it costs some 45 ms at a start. */
import { closeSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { transport as Transport } from 'winston';
import type { LogRecord } from './log-record.ts';
import type { LogTarget } from './log-target.ts';
import { syslogStream } from './syslog-stream.ts';

export interface Logger {
  write(record: LogRecord): void;
  /** Resolves when every target has taken everything. */
  end(): Promise<void>;
}

type Winston = typeof import('winston');
type Trouble = (error: unknown) => void;

interface Opened {
  readonly transport: Transport;
  /** What winston writes to and does not end itself. */
  readonly stream: Writable | null;
}

export async function openLogger(targets: readonly LogTarget[], tell: (message: string) => void): Promise<Logger> {
  const { default: winston } = await import('winston');
  const opened = targets.flatMap((target) => {
    const trouble: Trouble = (error) => tell(troubleWords(target, error));
    return openTarget(winston, target, trouble) ?? [];
  });
  const transports = opened.map(({ transport }) => transport);
  const logger = winston.createLogger({ level: 'info', exitOnError: false, silent: opened.length === 0, transports });
  logger.on('error', () => {});
  return {
    write: (record) => void logger.write({ ...record }),
    end: async () => {
      const finished = opened.map(flushed);
      logger.end();
      await Promise.all(finished);
    },
  };
}

/** A target that breaks is said, and is then nobody's concern but its own. */
function troubleWords(target: LogTarget, error: unknown): string {
  const name = target.kind === 'file' ? `file:${target.path}` : target.kind;
  const why = String(error).replace(/^\w*Error: /, '');
  return `The log target ${name} failed: ${why}. The run goes on without it; the journal has everything.`;
}

function openTarget(winston: Winston, target: LogTarget, trouble: Trouble): Opened | undefined {
  try {
    const opened = openedTarget(winston, target, trouble);
    opened.transport.on('error', trouble);
    opened.transport.on('warn', trouble);
    return opened;
  } catch (error) {
    trouble(error);
    return undefined;
  }
}

function openedTarget({ format, transports }: Winston, target: LogTarget, trouble: Trouble): Opened {
  switch (target.kind) {
    case 'console':
      return { transport: new transports.Stream({ stream: process.stderr, format: format.json() }), stream: null };
    case 'file':
      return { transport: fileTransport(transports, format, target.path), stream: null };
    case 'syslog': {
      const stream = syslogStream(target, trouble);
      return { transport: new transports.Stream({ stream }), stream };
    }
  }
}

/** winston keeps a file that cannot be opened to itself, so that is tried here first. */
function fileTransport(transports: Winston['transports'], format: Winston['format'], filename: string): Transport {
  closeSync(openSync(filename, 'a', 0o600));
  return new transports.File({ filename, format: format.json(), options: { flags: 'a', mode: 0o600 } });
}

async function flushed({ transport, stream }: Opened): Promise<void> {
  await new Promise((done) => transport.once('finish', done));
  if (stream !== null) await new Promise<void>((done) => void stream.end(done));
}
