import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.ts';

export type RegistryOptions = {
  /** Who may come in, by htpasswd; absent: everybody. */
  user?: { name: string; password: string };
  /** With a certificate of an authority of its own. */
  tls?: boolean;
  /** A command that the registry becomes the last arguments of. */
  through?: readonly string[];
  /** Where it has its blobs; absent: in a folder that goes with it. */
  data?: string;
};

/** Debian's docker-registry on a port of loopback, with its files below a folder that goes with it. */
export class TestRegistry {
  /** `127.0.0.1:5000` */
  readonly host: string;
  /** The authority's certificate; empty without TLS. */
  readonly caPath: string;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(parts: { host: string; caPath: string; folder: string; process: ChildProcess }) {
    this.host = parts.host;
    this.caPath = parts.caPath;
    this.#folder = parts.folder;
    this.#process = parts.process;
  }

  static async start(options: RegistryOptions = {}): Promise<TestRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-registry-'));
    const config = join(folder, 'config.json');
    // YAML takes JSON.
    writeFileSync(config, JSON.stringify(configuration(folder, options)));
    const [command, ...args] = [...(options.through ?? []), 'docker-registry', 'serve', config];
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    try {
      await until('docker-registry listens', () => {
        if (child.exitCode !== null) throw new Error(`docker-registry ended: ${said}`);
        return /listening on 127\.0\.0\.1:\d+/.test(said);
      });
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? '';
    const caPath = options.tls ? join(folder, 'ca.crt') : '';
    return new TestRegistry({ host: `127.0.0.1:${port}`, caPath, folder, process: child });
  }

  async dispose(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.kill('SIGTERM')) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** distribution, docs/configuration.md */
function configuration(folder: string, { user, tls, data = join(folder, 'data') }: RegistryOptions): object {
  mkdirSync(data, { recursive: true });
  return {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: data }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', ...(tls ? { tls: makeCertificates(folder) } : {}) },
    ...(user ? { auth: { htpasswd: { realm: 'test', path: makePasswords(folder, user) } } } : {}),
  };
}

function makePasswords(folder: string, { name, password }: { name: string; password: string }): string {
  const path = join(folder, 'htpasswd');
  writeFileSync(path, execFileSync('htpasswd', ['-Bbn', name, password]));
  return path;
}

/** An authority, and a certificate of it for loopback. */
export function makeCertificates(folder: string): { certificate: string; key: string } {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=skiff test CA',
  );
  openssl('req', ...newKey, '-keyout', at('host.key'), '-out', at('host.csr'), '-subj', '/CN=localhost');
  writeFileSync(at('host.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signing = [
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('host.ext'),
  ];
  openssl('x509', '-req', '-in', at('host.csr'), '-out', at('host.crt'), ...signing);
  return { certificate: at('host.crt'), key: at('host.key') };
}
