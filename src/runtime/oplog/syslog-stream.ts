/**
 * Records → syslog over UDP, as a stream that winston writes to. Own, on node:dgram: the published transports either
 * speak the old RFC 3164 or bring native modules, and what is needed is one datagram a record. UDP only: it can neither
 * block nor fail the run; what must arrive is the journal and its copy, not this log.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { Writable } from 'node:stream';
import type { LogRecord } from './log-record.ts';
import { syslogMessage } from './syslog-message.ts';

export interface SyslogAddress {
  readonly host: string;
  readonly port: number;
}

export function syslogStream(address: SyslogAddress, trouble: (error: Error) => void): Writable {
  const socket = createSocket({ type: isIPv6(address.host) ? 'udp6' : 'udp4' });
  const sender = { host: hostname(), pid: process.pid };
  socket.on('error', trouble);
  socket.unref();
  return new Writable({
    objectMode: true,
    write(record: LogRecord, _encoding, next) {
      socket.send(syslogMessage(record, sender), address.port, address.host, (error) => {
        if (error !== null) trouble(error);
        next();
      });
    },
    final: (done) => void socket.close(() => done()),
  });
}
