import { SkiffError } from '../lib/errors.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import type { Credentials } from './docker-config.ts';
import { RegistryFailure } from './failure.ts';
import { answerFailure } from './answer-failure.ts';
import { isLoopbackHost, readBody, type HttpResponse, type Transport } from './transport.ts';

type Bearer = Extract<Challenge, { scheme: 'bearer' }>;
/** `expiresAt` in milliseconds since the epoch. */
type Token = { header: string; expiresAt: number };

const maxTokenBytes = 1024 * 1024;
const clientId = 'skiff';
/** Seconds that a token lasts when nobody says (distribution, token.md). */
const usualLife = 60;

/** Knows who we are at one registry, and proves it: basic, or bearer tokens that are kept for each set of scopes. */
export class Authorizer {
  readonly #transport: Transport;
  readonly #find: () => Promise<Credentials | undefined>;
  #credentials: Promise<Credentials | undefined> | undefined;
  #basic: string | undefined;
  #bearer: Bearer | undefined;
  readonly #tokens = new Map<string, Promise<Token>>();

  /** `find` is asked once, when the registry first wants to know. */
  constructor(transport: Transport, find: () => Promise<Credentials | undefined>) {
    this.#transport = transport;
    this.#find = find;
  }

  /** The header for a request, by what is known so far. */
  async header(scopes: readonly string[], signal: AbortSignal): Promise<Record<string, string>> {
    if (this.#basic !== undefined) return { authorization: this.#basic };
    if (!this.#bearer) return {};
    return { authorization: (await this.#token(this.#bearer, scopes, signal)).header };
  }

  /** Takes in a 401. True: another try has something new to show. */
  async challenged(
    { headers, url }: HttpResponse,
    sent: string | undefined,
    scopes: readonly string[],
  ): Promise<boolean> {
    const challenges = parseChallenges(headers['www-authenticate'] ?? '');
    this.#credentials ??= this.#find();
    const credentials = await this.#credentials;
    const bearer = challenges.find((one) => one.scheme === 'bearer');
    if (bearer) {
      this.#checkRealm(bearer.realm, url);
      this.#bearer = bearer;
      // What was refused must not be shown again.
      if (sent !== undefined) this.#tokens.delete(keyOf(scopes));
      return true;
    }
    if (!challenges.some(({ scheme }) => scheme === 'basic') || credentials?.type !== 'password') return false;
    const header = basic(credentials);
    if (sent === header) return false;
    this.#basic = header;
    return true;
  }

  async #token(bearer: Bearer, scopes: readonly string[], signal: AbortSignal): Promise<Token> {
    const key = keyOf(scopes);
    const known = await this.#tokens.get(key);
    if (known && known.expiresAt > Date.now()) return known;
    const fetched = this.#fetch(bearer, scopes, signal);
    this.#tokens.set(key, fetched);
    fetched.catch(() => this.#tokens.delete(key));
    return fetched;
  }

  async #fetch(bearer: Bearer, scopes: readonly string[], signal: AbortSignal): Promise<Token> {
    const credentials = await this.#credentials;
    if (credentials?.type === 'registry') return { header: `Bearer ${credentials.token}`, expiresAt: Infinity };
    const wanted = scopes.length > 0 ? scopes : bearer.scopes;
    const response =
      credentials?.type === 'identity'
        ? await this.#refresh(bearer, wanted, credentials.token, signal)
        : await this.#ask(bearer, wanted, credentials, signal);
    if (response.status !== 200) throw await answerFailure(response);
    return parseToken(await readBody(response, maxTokenBytes), bearer.realm);
  }

  /** distribution, docs/spec/auth/token.md */
  #ask(
    bearer: Bearer,
    scopes: readonly string[],
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const url = new URL(bearer.realm);
    if (bearer.service !== undefined) url.searchParams.set('service', bearer.service);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    const named = credentials?.type === 'password' ? credentials : undefined;
    if (named) url.searchParams.set('account', named.username);
    return this.#transport.send({ method: 'GET', url, headers: named ? { authorization: basic(named) } : {}, signal });
  }

  /** distribution, docs/spec/auth/oauth.md */
  #refresh(bearer: Bearer, scopes: readonly string[], token: string, signal: AbortSignal): Promise<HttpResponse> {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId });
    form.set('service', bearer.service ?? '');
    form.set('scope', scopes.join(' '));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#transport.send({
      method: 'POST',
      url: new URL(bearer.realm),
      headers,
      body: Buffer.from(form.toString()),
      signal,
    });
  }

  /** The registry names who gets our password: never in the clear across a network. */
  #checkRealm(realm: string, from: URL): void {
    const url = URL.canParse(realm) ? new URL(realm) : undefined;
    const isPlain = url?.protocol === 'http:';
    if (
      url &&
      (url.protocol === 'https:' || (isPlain && (isLoopbackHost(url.host) || this.#transport.isInsecure(url.host))))
    )
      return;
    throw new RegistryFailure(
      'permission-denied',
      `${from.host} sends for a token to ${JSON.stringify(realm.slice(0, 200))}, where a password would not be safe`,
    );
  }
}

function parseToken(bytes: Buffer, realm: string): Token {
  try {
    const answer = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const token = answer['token'] || answer['access_token'];
    const life = answer['expires_in'];
    // A line break would begin a header of the server's own making.
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
      throw new SkiffError('unavailable', 'no token in it');
    const seconds = typeof life === 'number' && life > usualLife ? life : usualLife;
    return { header: `Bearer ${token}`, expiresAt: Date.now() + seconds * 900 };
  } catch (cause) {
    throw new RegistryFailure('unavailable', `${realm}: the answer holds no token`, { cause });
  }
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

const keyOf = (scopes: readonly string[]): string => scopes.toSorted().join(' ');
