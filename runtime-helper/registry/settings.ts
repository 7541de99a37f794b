import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { isLoopbackHost } from './transport.ts';
import { isWithin } from './proxy.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a user has said about registries. Keys of the file are those of Docker's daemon.json, and `mirrors` by domain. */
export type RegistrySettings = {
  /** `host:port`, or a network in CIDR. */
  insecure: string[];
  /** URLs to ask first, by domain. */
  mirrors: ReadonlyMap<string, URL[]>;
};

/** `registries.json` of the machine (/etc/skiff) and of the user ($XDG_CONFIG_HOME/skiff), or of SKIFF_REGISTRIES alone. */
export function readSettings(env: Environment, insecure: readonly string[]): RegistrySettings {
  const own = join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'skiff/registries.json');
  const named = env['SKIFF_REGISTRIES'];
  const files = (named ? [named] : ['/etc/skiff/registries.json', own]).map(readFile);
  const mirrors = new Map<string, URL[]>();
  for (const file of files) {
    for (const [domain, urls] of Object.entries(file.mirrors)) mirrors.set(domain, urls);
  }
  return { insecure: [...insecure, ...files.flatMap((file) => file.insecure)], mirrors };
}

/** Docker trusts loopback without a certificate, and so do we. `host` may have a port. */
export function isInsecure({ insecure }: RegistrySettings, host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return (
    isLoopbackHost(host) || insecure.some((entry) => (entry.includes('/') ? isWithin(name, entry) : entry === host))
  );
}

type File = { insecure: string[]; mirrors: Record<string, URL[]> };

function readFile(path: string): File {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return { insecure: [], mirrors: {} };
    throw new SkiffError('failed-precondition', `${path}: can't be read`, { cause });
  }
  try {
    const root = JSON.parse(text) as Record<string, unknown>;
    const hub = root['registry-mirrors'];
    const mirrors = Object.entries((root['mirrors'] ?? {}) as Record<string, unknown>);
    return {
      insecure: texts(root['insecure-registries']),
      mirrors: Object.fromEntries([
        ...(hub === undefined ? [] : [['docker.io', texts(hub).map((url) => new URL(url))]]),
        ...mirrors.map(([domain, urls]) => [domain, texts(urls).map((url) => new URL(url))]),
      ]) as Record<string, URL[]>,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SkiffError('failed-precondition', `${path}: ${reason}`, { cause });
  }
}

function texts(value: unknown): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new SkiffError('failed-precondition', 'expected a list of texts');
}
