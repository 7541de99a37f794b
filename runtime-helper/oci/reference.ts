import { SkiffError } from '../lib/errors.ts';
import { phrase, type Phrase } from '../lib/phrase.ts';

/** A parsed image reference. All parts are normalised: `domain` and `path` are never empty. */
export type Reference = {
  /** `docker.io`, `localhost:5000` … */
  domain: string;
  /** `library/alpine` */
  path: string;
  tag?: string;
  /** `sha256:…` */
  digest?: string;
};

const defaultDomain = 'docker.io';
const officialPrefix = 'library/';
const defaultTag = 'latest';
const maxNameLength = 255;

const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domainPattern = new RegExp(`^(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const pathPattern = new RegExp(`^${pathComponent}(?:/${pathComponent})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/**
 * Parses what a user types as Docker does: `alpine` is `docker.io/library/alpine`. Throws invalid-argument.
 * Source: github.com/distribution/reference, normalize.go and regexp.go.
 */
export function parseReference(text: string): Reference {
  // What an id looks like can't be a name, or nobody could say which of them is meant.
  if (/^[0-9a-f]{64}$/.test(text))
    throw invalid(phrase("invalid repository name ({0}), it looks like an image's id", text));
  const { name, tag, digest } = splitReference(text);
  const { domain, path } = splitName(name);
  if (path.toLowerCase() !== path && pathPattern.test(path.toLowerCase()))
    throw invalid(phrase('invalid reference format: repository name ({0}) must be lowercase', path));
  const good =
    domainPattern.test(domain) &&
    pathPattern.test(path) &&
    `${domain}/${path}`.length <= maxNameLength &&
    (tag === undefined || tagPattern.test(tag)) &&
    (digest === undefined || digestPattern.test(digest));
  if (!good) throw invalid(phrase('invalid reference format: {0}', JSON.stringify(text)));
  return { domain, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The same with the tag `latest` when there is neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: defaultTag } : reference;
}

/** `docker.io/library/alpine:latest` */
export function fullName({ domain, path, tag, digest }: Reference): string {
  return `${domain}/${path}${suffix({ tag, digest })}`;
}

/** As Docker shows it: `alpine:latest`. */
export function familiarName({ domain, path, tag, digest }: Reference): string {
  const end = suffix({ tag, digest });
  if (domain !== defaultDomain) return `${domain}/${path}${end}`;
  const rest = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path;
  // `library/a/b` without its prefix would be read as another image.
  return (rest.includes('/') ? path : rest) + end;
}

function suffix({ tag, digest }: { tag: string | undefined; digest: string | undefined }): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`);
}

function splitReference(text: string): { name: string; tag: string | undefined; digest: string | undefined } {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to a port.
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  return colon < 0
    ? { name: rest, tag: undefined, digest }
    : { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
}

function splitName(name: string): { domain: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isDomain = slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  const domain = isDomain ? first : defaultDomain;
  const path = isDomain ? name.slice(slash + 1) : name;
  if (domain !== defaultDomain && domain !== 'index.docker.io') return { domain, path };
  return { domain: defaultDomain, path: path.includes('/') ? path : `${officialPrefix}${path}` };
}

function invalid(message: string | Phrase): SkiffError {
  return new SkiffError('invalid-argument', message);
}
