import type { Reference } from '../oci/reference.ts';
import { familiarName } from '../oci/reference.ts';
import { RegistryClient } from './client.ts';
import { DockerConfig, type Credentials, type RunHelper } from './docker-config.ts';
import { isInsecure, readSettings, type RegistrySettings } from './settings.ts';
import { RegistryFailure } from './failure.ts';
import { Repository } from './repository.ts';
import { usualPatience, type Patience } from './retry.ts';
import { Transport } from './transport.ts';
import { phrase } from '../lib/phrase.ts';

export type RegistriesOptions = {
  /** The environment of whoever asks: proxies, certificates, credentials and settings are found through it. */
  env: Readonly<Record<string, string | undefined>>;
  /** `host:port` or CIDR, besides those of the settings. */
  insecure: readonly string[];
  /** Of one registry, whatever the user's files have. */
  login?: { domain: string; username: string; password: string };
  runHelper: RunHelper;
  /** Tells why credentials could not be had: we go on without. */
  warn: (message: string) => void;
  userAgent: string;
  patience?: Patience;
  idleMs?: number;
};

const hub = { domain: 'docker.io', host: 'registry-1.docker.io' };

/** All registries as one user sees them, for the time of one operation. */
export class Registries {
  readonly patience: Patience;
  readonly config: DockerConfig;
  readonly #options: RegistriesOptions;
  readonly #settings: RegistrySettings;
  readonly #transport: Transport;
  readonly #clients = new Map<string, RegistryClient>();

  constructor(options: RegistriesOptions) {
    const { env, insecure, runHelper, userAgent, idleMs = 60_000 } = options;
    this.#options = options;
    this.patience = options.patience ?? usualPatience;
    this.config = new DockerConfig(env, runHelper);
    this.#settings = readSettings(env, insecure);
    const home = env['HOME'];
    this.#transport = new Transport({
      ...{ env, userAgent, idleMs },
      certificateFolders: ['/etc/docker/certs.d', ...(home ? [`${home}/.config/docker/certs.d`] : [])],
      isInsecure: (host) => isInsecure(this.#settings, host),
    });
  }

  /** Where to look for an image: its domain's mirrors first, itself last. */
  forPull(reference: Reference): Repository[] {
    const mirrors = this.#settings.mirrors.get(reference.domain) ?? [];
    const of = { path: reference.path, name: nameOf(reference), actions: 'pull' as const };
    return [
      ...mirrors.map((url) => new Repository(this.#mirror(url), of)),
      new Repository(this.#client(reference.domain), of),
    ];
  }

  forPush(reference: Reference): Repository {
    const of = { path: reference.path, name: nameOf(reference), actions: 'pull,push' as const };
    return new Repository(this.#client(reference.domain), of);
  }

  /** Throws permission-denied unless the registry takes these credentials. */
  async login(domain: string, credentials: Credentials, signal: AbortSignal): Promise<void> {
    await new RegistryClient(this.#transport, this.#origins(domain), async () => credentials).login(signal);
  }

  close(): void {
    this.#transport.close();
  }

  #client(domain: string): RegistryClient {
    return this.#known(domain, () => this.#origins(domain), domain);
  }

  #mirror(url: URL): RegistryClient {
    return this.#known(url.origin, () => [url.origin], url.host);
  }

  #known(key: string, origins: () => string[], domain: string): RegistryClient {
    const known = this.#clients.get(key);
    if (known) return known;
    const client = new RegistryClient(this.#transport, origins(), () => this.#credentials(domain));
    this.#clients.set(key, client);
    return client;
  }

  #origins(domain: string): string[] {
    const host = domain === hub.domain ? hub.host : domain;
    if (!URL.canParse(`https://${host}`))
      throw new RegistryFailure('invalid-argument', phrase('{0}: no address of a registry', host));
    return isInsecure(this.#settings, host) ? [`https://${host}`, `http://${host}`] : [`https://${host}`];
  }

  async #credentials(domain: string): Promise<Credentials | undefined> {
    const { login } = this.#options;
    if (login?.domain === domain) return { type: 'password', username: login.username, password: login.password };
    try {
      return await this.config.credentials(domain);
    } catch (error) {
      this.#options.warn(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}

const nameOf = ({ domain, path }: Reference): string => familiarName({ domain, path });
