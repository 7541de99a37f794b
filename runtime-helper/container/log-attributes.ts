import { SkiffError } from '../lib/errors.ts';
import type { ContainerRecord } from './record.ts';

type Options = Readonly<Record<string, string>>;
type Labelled = Pick<ContainerRecord, 'id' | 'name' | 'image' | 'imageId' | 'labels'>;

/** What a tag's template may ask for. */
const fields: Readonly<Record<string, (of: Labelled) => string>> = {
  ID: ({ id }) => id.slice(0, 12),
  FullID: ({ id }) => id,
  Name: ({ name }) => name,
  ImageID: ({ imageId }) => imageId.replace(/^sha256:/, '').slice(0, 12),
  ImageFullID: ({ imageId }) => imageId,
  ImageName: ({ image }) => image,
  DaemonName: () => 'skiff',
};

/**
 * What `--log-opt` wants to be said of each line beside its time: labels and variables of the container, and a tag, as
 * `docker logs --details` writes them, `key=value` with commas between. `env`: `NAME=value`.
 */
export function logAttributes(options: Options, of: Labelled, env: readonly string[]): string {
  const attributes = new Map<string, string>();
  choose(attributes, Object.entries(of.labels), options['labels'], options['labels-regex']);
  choose(attributes, env.map(splitVariable), options['env'], options['env-regex']);
  if (options['tag']) attributes.set('tag', expandTag(options['tag'], of));
  return [...attributes]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${escape(key)}=${escape(value)}`)
    .join(',');
}

/** Throws invalid-argument for options that could not be followed when the container runs. */
export function checkAttributeOptions(options: Options): void {
  for (const name of ['labels-regex', 'env-regex']) if (options[name]) patternOf(options[name]);
  const unknown = parts(options['tag'] ?? '').find(({ field }) => field !== undefined && !Object.hasOwn(fields, field));
  if (unknown)
    throw new SkiffError('invalid-argument', `log tag ${unknown.text}: there is ${Object.keys(fields).join(', ')}`);
}

function choose(
  attributes: Map<string, string>,
  from: readonly (readonly [string, string])[],
  names: string | undefined,
  pattern: string | undefined,
): void {
  const wanted = new Set((names ?? '').split(','));
  const matching = pattern ? patternOf(pattern) : undefined;
  for (const [key, value] of from) if (wanted.has(key) || matching?.test(key) === true) attributes.set(key, value);
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new SkiffError('invalid-argument', `invalid regular expression ${text}`, { cause });
  }
}

function expandTag(tag: string, of: Labelled): string {
  return parts(tag)
    .map(({ text, field }) => (field === undefined ? text : (fields[field]?.(of) ?? '')))
    .join('');
}

/** Text as it is, and `{{.Field}}`; anything else in braces is a field that there is not. */
function parts(tag: string): { text: string; field?: string }[] {
  return tag
    .split(/(\{\{[^]*?\}\})/)
    .map((text) =>
      text.startsWith('{{') ? { text, field: /^\{\{\s*\.(\w+)\s*\}\}$/.exec(text)?.[1] ?? '' } : { text },
    );
}

function splitVariable(variable: string): [string, string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}

/** As Go's url.QueryEscape does it. */
function escape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
