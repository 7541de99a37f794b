import { createHash } from 'node:crypto';
import { maxJsonBytes, mediaTypes, type Descriptor } from '../oci/image-config.ts';
import { answerFailure } from './answer-failure.ts';
import type { Call, RegistryClient } from './client.ts';
import { RegistryFailure } from './failure.ts';
import { readBody, type HttpResponse } from './transport.ts';
import { Upload } from './upload.ts';
import { phrase } from '../lib/phrase.ts';

export type FetchedManifest = { bytes: Buffer; mediaType: string; digest: string };

const manifestTypes = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerManifestList,
  mediaTypes.dockerManifest,
  // Only to be told that it is one.
  'application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.1',
].join(', ');

const maxPages = 100;

/** One repository of a registry. `name` is how it is spoken of: `alpine`, `localhost:5000/team/app`. */
export class Repository {
  readonly #client: RegistryClient;
  readonly path: string;
  readonly name: string;
  readonly #scopes: string[];

  constructor(client: RegistryClient, repository: { path: string; name: string; actions: 'pull' | 'pull,push' }) {
    this.#client = client;
    this.path = repository.path;
    this.name = repository.name;
    this.#scopes = [`repository:${this.path}:${repository.actions}`];
  }

  /** By tag or digest; its digest is checked where one is known. Throws not-found, permission-denied, invalid-argument. */
  async manifest(reference: string, signal: AbortSignal): Promise<FetchedManifest> {
    const headers = { accept: manifestTypes };
    const response = await this.#call({ method: 'GET', path: `manifests/${reference}`, headers, signal });
    if (response.status !== 200) throw await this.#manifestFailure(response, reference);
    const bytes = await readBody(response, maxJsonBytes);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const claimed = isDigest(reference) ? reference : response.headers['docker-content-digest'];
    if (typeof claimed === 'string' && claimed.startsWith('sha256:') && claimed !== digest)
      throw new RegistryFailure(
        'invalid-argument',
        `manifest of ${this.name}: its digest is ${digest}, not ${claimed}`,
      );
    const mediaType = (response.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    return { bytes, mediaType, digest };
  }

  /** All of its tags (distribution-spec, "Content Discovery"). */
  async tags(signal: AbortSignal): Promise<string[]> {
    const tags: string[] = [];
    let path: string | URL = `tags/list`;
    for (let pages = 0; pages < maxPages; pages += 1) {
      const response: HttpResponse = await this.#call({ method: 'GET', path, signal });
      if (response.status !== 200) throw this.#denied(await answerFailure(response), 'pull', `tags of ${this.name}`);
      tags.push(...parseTags(await readBody(response, maxJsonBytes), `tags of ${this.name}`));
      const next = /<([^>]+)>\s*;\s*rel="?next/.exec(response.headers.link?.toString() ?? '')?.[1];
      if (next === undefined || !URL.canParse(next, response.url.href)) return tags;
      path = new URL(next, response.url);
    }
    return tags;
  }

  /** A small blob, whole and checked. */
  async smallBlob({ digest }: Descriptor, signal: AbortSignal): Promise<Buffer> {
    const response = await this.openBlob(digest, 0, signal);
    const bytes = await readBody(response, maxJsonBytes);
    const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (found === digest) return bytes;
    throw new RegistryFailure('invalid-argument', `blob ${digest} of ${this.name}: its digest is ${found}`);
  }

  /** The bytes from `offset` on, or all of them where the registry does not know Range: status 206 or 200. */
  async openBlob(digest: string, offset: number, signal: AbortSignal): Promise<HttpResponse> {
    const headers = { 'accept-encoding': 'identity', ...(offset > 0 ? { range: `bytes=${offset}-` } : {}) };
    const response = await this.#call({ method: 'GET', path: `blobs/${digest}`, headers, signal });
    if (response.status === 200 || (response.status === 206 && offset > 0)) return response;
    throw this.#denied(await answerFailure(response), 'pull', `blob ${digest} of ${this.name}`);
  }

  async hasBlob(digest: string, signal: AbortSignal): Promise<boolean> {
    const response = await this.#call({ method: 'HEAD', path: `blobs/${digest}`, signal });
    if (response.status === 404) return false;
    if (response.status === 200) return true;
    throw this.#denied(await answerFailure(response), 'push', `blob ${digest}`);
  }

  /**
   * Begins an upload, or takes the blob over from another repository of the same registry. Undefined when it is
   * there already.
   */
  async beginUpload(digest: string, from: string | undefined, signal: AbortSignal): Promise<Upload | undefined> {
    const query = from === undefined ? '' : `?${new URLSearchParams({ mount: digest, from }).toString()}`;
    const scopes = from === undefined ? [] : [`repository:${from}:pull`];
    const response = await this.#call({ method: 'POST', path: `blobs/uploads/${query}`, signal }, scopes);
    if (response.status === 201) return void response.body.resume();
    if (response.status !== 202) throw this.#denied(await answerFailure(response), 'push', `blob ${digest}`);
    response.body.resume();
    const denied = (failure: RegistryFailure): RegistryFailure => this.#denied(failure, 'push', `blob ${digest}`);
    return new Upload({ call: (call) => this.#call(call), denied }, response);
  }

  async putManifest(reference: string, manifest: FetchedManifest, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': manifest.mediaType };
    const path = `manifests/${reference}`;
    const response = await this.#call({ method: 'PUT', path, headers, body: () => manifest.bytes, signal });
    if (response.status !== 201) throw this.#denied(await answerFailure(response), 'push', `manifest ${reference}`);
    response.body.resume();
  }

  #call(call: Omit<Call, 'scopes' | 'path'> & { path: string | URL }, more: string[] = []): Promise<HttpResponse> {
    const path = call.path instanceof URL ? call.path : `${this.path}/${call.path}`;
    return this.#client.call({ ...call, path, scopes: [...this.#scopes, ...more] });
  }

  async #manifestFailure(response: HttpResponse, reference: string): Promise<RegistryFailure> {
    const failure = await answerFailure(response);
    if (failure.status !== 404) return this.#denied(failure, 'pull', `manifest of ${this.name}`);
    const wanted = `${this.name}${isDigest(reference) ? '@' : ':'}${reference}`;
    return new RegistryFailure('not-found', phrase('manifest for {0} not found: {1}', wanted, failure.message), {
      status: 404,
    });
  }

  /** Docker's words for a refusal: a registry does not say whether what it hides is there. */
  #denied(failure: RegistryFailure, action: 'pull' | 'push', what: string): RegistryFailure {
    const { message, status, transient, retryAfterMs } = failure;
    const details = { cause: failure, transient, ...(status === undefined ? {} : { status }) };
    if (status !== 401 && status !== 403) {
      const again = retryAfterMs === undefined ? details : { ...details, retryAfterMs };
      return new RegistryFailure(failure.code, `${what}: ${message}`, again);
    }
    const words =
      action === 'pull'
        ? phrase(
            "pull access denied for {0}, repository does not exist or may require 'skiff login': {1}",
            this.name,
            message,
          )
        : phrase("push access denied for {0}, it may require 'skiff login': {1}", this.name, message);
    return new RegistryFailure('permission-denied', words, details);
  }
}

function parseTags(bytes: Buffer, what: string): string[] {
  try {
    const { tags } = JSON.parse(bytes.toString('utf8')) as { tags?: unknown };
    return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
  } catch (cause) {
    throw new RegistryFailure('invalid-argument', `${what}: not valid JSON`, { cause });
  }
}

const isDigest = (reference: string): boolean => reference.includes(':');
