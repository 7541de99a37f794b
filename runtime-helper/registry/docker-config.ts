import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SkiffError } from '../lib/errors.ts';
import { phrase } from '../lib/phrase.ts';

export type Credentials =
  | { type: 'password'; username: string; password: string }
  /** A refresh token of OAuth 2, or (`registry`) a bearer token that is used as it is. */
  | { type: 'identity'; token: string }
  | { type: 'registry'; token: string };

/** Runs `docker-credential-<name> <verb>` with `input`; resolves with its standard output, rejects with what it said. */
export type RunHelper = (name: string, verb: 'get' | 'store' | 'erase', input: string) => Promise<string>;

type Json = Record<string, unknown>;

/** What Docker calls its own registry there. */
const hubKey = 'https://index.docker.io/v1/';
const hubDomains = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** `docker.io` → `https://index.docker.io/v1/`; any other domain is its own key. */
function serverKey(domain: string): string {
  return hubDomains.includes(domain) ? hubKey : domain;
}

/** `~/.docker/config.json`, or where DOCKER_CONFIG says (docker/cli, cli/config). Read anew each time: others write it, too. */
export class DockerConfig {
  readonly path: string;
  readonly #runHelper: RunHelper;

  constructor(env: Readonly<Record<string, string | undefined>>, runHelper: RunHelper) {
    const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
    this.path = join(folder, 'config.json');
    this.#runHelper = runHelper;
  }

  /** Undefined: nobody has logged in there. Throws when the file or a helper fails. */
  async credentials(domain: string): Promise<Credentials | undefined> {
    const config = this.#read();
    const key = serverKey(domain);
    const helper = helperOf(config, key);
    if (helper !== undefined) return this.#ask(helper, key);
    const auths = section(config, 'auths');
    const name =
      Object.keys(auths).find((one) => one === key) ?? Object.keys(auths).find((one) => hostOf(one) === hostOf(key));
    return name === undefined ? undefined : decode(auths[name]);
  }

  /** Returns the file that holds the password in the clear; undefined when a helper keeps it. */
  async store(domain: string, credentials: Credentials): Promise<string | undefined> {
    const config = this.#read();
    const key = serverKey(domain);
    const helper = helperOf(config, key);
    const auths = section(config, 'auths');
    if (helper !== undefined) {
      await this.#runHelper(helper, 'store', JSON.stringify(forHelper(key, credentials)));
      // As Docker: an empty entry says where one has logged in.
      this.#write({ ...config, auths: { ...auths, [key]: {} } });
      return undefined;
    }
    this.#write({ ...config, auths: { ...auths, [key]: encode(credentials) } });
    return this.path;
  }

  /** False: there was nothing to forget. */
  async erase(domain: string): Promise<boolean> {
    const config = this.#read();
    const key = serverKey(domain);
    const auths = section(config, 'auths');
    const names = Object.keys(auths).filter((name) => name === key || hostOf(name) === hostOf(key));
    const helper = helperOf(config, key);
    if (helper !== undefined && (names.length > 0 || (await this.#ask(helper, key)) !== undefined)) {
      await this.#runHelper(helper, 'erase', key);
    } else if (names.length === 0) return false;
    const left = Object.fromEntries(Object.entries(auths).filter(([name]) => !names.includes(name)));
    if (names.length > 0) this.#write({ ...config, auths: left });
    return true;
  }

  async #ask(helper: string, key: string): Promise<Credentials | undefined> {
    let answer: string;
    try {
      answer = await this.#runHelper(helper, 'get', key);
    } catch (error) {
      // The protocol's own words for it (docker-credential-helpers, credentials/error.go).
      if (error instanceof Error && /credentials not found in native keychain/.test(error.message)) return undefined;
      throw error;
    }
    const { Username: username, Secret: secret } = asObject(parse(answer, `docker-credential-${helper}`));
    if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
    return username === '<token>'
      ? { type: 'identity', token: secret }
      : { type: 'password', username, password: secret };
  }

  #read(): Json {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT') return {};
      throw new SkiffError('failed-precondition', phrase("{0}: can't be read", this.path), { cause });
    }
    return text.trim() === '' ? {} : asObject(parse(text, this.path));
  }

  /** Through a link to the file itself, as dot file managers have it. */
  #write(config: Json): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    let path = this.path;
    try {
      path = realpathSync(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    writeAtomic(path, JSON.stringify(config, undefined, '\t'), { durable: true, mode: 0o600 });
  }
}

function helperOf(config: Json, key: string): string | undefined {
  const helpers = section(config, 'credHelpers');
  const name = helpers[key] ?? helpers[hostOf(key)] ?? config['credsStore'];
  if (typeof name !== 'string' || name === '') return undefined;
  // It becomes the name of a program.
  if (!/^[\w.-]+$/.test(name))
    throw new SkiffError('failed-precondition', `not a credential helper's name: ${JSON.stringify(name)}`);
  return name;
}

function decode(entry: unknown): Credentials | undefined {
  const { auth, identitytoken, registrytoken, username, password } = asObject(entry);
  if (isFilled(registrytoken)) return { type: 'registry', token: registrytoken };
  if (isFilled(identitytoken)) return { type: 'identity', token: identitytoken };
  if (isFilled(auth)) {
    const plain = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = plain.indexOf(':');
    if (colon < 0) return undefined;
    return { type: 'password', username: plain.slice(0, colon), password: plain.slice(colon + 1) };
  }
  return isFilled(username) && isFilled(password) ? { type: 'password', username, password } : undefined;
}

function encode(credentials: Credentials): Json {
  if (credentials.type === 'registry') return { registrytoken: credentials.token };
  if (credentials.type === 'identity') return { auth: '', identitytoken: credentials.token };
  const plain = `${credentials.username}:${credentials.password}`;
  return { auth: Buffer.from(plain).toString('base64') };
}

function forHelper(key: string, credentials: Credentials): Json {
  return credentials.type === 'password'
    ? { ServerURL: key, Username: credentials.username, Secret: credentials.password }
    : { ServerURL: key, Username: '<token>', Secret: credentials.token };
}

/** Old entries are URLs. */
const hostOf = (key: string): string => key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
const isFilled = (value: unknown): value is string => typeof value === 'string' && value !== '';

function section(config: Json, name: string): Json {
  return asObject(config[name]);
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new SkiffError('failed-precondition', phrase('{0}: not valid JSON', what), { cause });
  }
}
