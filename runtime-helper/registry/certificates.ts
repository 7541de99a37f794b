import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { errnoOf, SkiffError } from '../lib/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where distributions keep the machine's own list (Go, crypto/x509/root_linux.go). */
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Whom to trust, and who we are, towards one registry. Absent `ca`: Node's own list is enough. */
export type Identity = { ca?: string[]; cert?: string; key?: string };

/**
 * As Docker: the machine's authorities (or SSL_CERT_FILE's instead, and NODE_EXTRA_CA_CERTS's too), and what lies below
 * `certs.d/HOST:PORT` of `folders`: `*.crt` are authorities, `NAME.cert` with `NAME.key` is who we are.
 */
export function identityFor(host: string, folders: readonly string[], env: Environment): Identity {
  const found = folders.map((folder) => join(folder, host)).filter((folder) => existsSync(folder));
  const authorities = found.flatMap((folder) => readAll(folder, '.crt'));
  const replaced = env['SSL_CERT_FILE'];
  const extra = env['NODE_EXTRA_CA_CERTS'];
  const own = found.flatMap(ownCertificates)[0];
  return {
    ca: [
      ...(replaced ? [read(replaced)] : [...tls.rootCertificates, ...systemAuthorities()]),
      ...(extra ? [read(extra)] : []),
      ...authorities,
    ],
    ...own,
  };
}

function systemAuthorities(): string[] {
  const path = systemFiles.find((file) => existsSync(file));
  return path === undefined ? [] : [read(path)];
}

function ownCertificates(folder: string): { cert: string; key: string }[] {
  return names(folder, '.cert').map((name) => {
    const key = join(folder, name.replace(/\.cert$/, '.key'));
    if (!existsSync(key))
      throw new SkiffError('failed-precondition', `missing key ${key} for client certificate ${name}`);
    return { cert: read(join(folder, name)), key: read(key) };
  });
}

const names = (folder: string, end: string): string[] => readdirSync(folder).filter((name) => name.endsWith(end));
const readAll = (folder: string, end: string): string[] => names(folder, end).map((name) => read(join(folder, name)));

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = errnoOf(cause) === 'ENOENT' ? 'no such file' : String(cause);
    throw new SkiffError('failed-precondition', `certificate ${path}: ${reason}`, { cause });
  }
}
