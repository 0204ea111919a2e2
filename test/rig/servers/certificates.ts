/** Certificates of a test: an authority, its intermediate, and leaves of any age, made by openssl in a folder. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { path } from './program.ts';

export interface Leaf {
  /** PEM: the leaf, then its intermediate. */
  readonly cert: string;
  /** PEM: the leaf by itself. */
  readonly bare: string;
  readonly key: string;
}

export interface Certificates {
  /** The root's PEM file. */
  readonly ca: string;
  /** A leaf for `names`, valid for `days` from now on; -1: it has expired a day ago. */
  leaf(names: readonly string[], days: number): Leaf;
}

export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) =>
    execFileSync(path('openssl'), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const request = (name: string) => [
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', `/CN=${name}`, '-keyout', `${name}.key`],
  ];
  const sign = (name: string, by: string, days: number, extensions: string) => {
    openssl(...request(name), '-out', `${name}.csr`);
    writeFileSync(at(`${name}.ext`), extensions);
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-set_serial', serial()],
      ...['-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`],
    );
    return readFileSync(at(`${name}.pem`), 'utf8');
  };
  let made = 0;
  const serial = () => {
    made += 1;
    return String(made);
  };
  openssl(...request('root'), '-x509', '-days', '3650', '-out', 'root.pem');
  const intermediate = sign('intermediate', 'root', 1_000, 'basicConstraints=critical,CA:TRUE\n');
  return {
    ca: at('root.pem'),
    leaf: (names, days) => {
      const name = `leaf${made}`;
      const alternatives = names.map((each) => `${/^[0-9.]+$/.test(each) ? 'IP' : 'DNS'}:${each}`).join(',');
      const bare = sign(name, 'intermediate', days, `subjectAltName=${alternatives}\n`);
      return { cert: `${bare}${intermediate}`, bare, key: readFileSync(at(`${name}.key`), 'utf8') };
    },
  };
}
