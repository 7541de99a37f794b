import { SkiffError } from '../lib/errors.ts';

/** The `config` object of an image (image-spec, config.md). */
export type ConfigObject = Record<string, unknown>;

/**
 * Lays Dockerfile instructions over a config, as `docker commit --change` and `docker import --change` do. Throws invalid-argument for
 * other instructions and for what can't be read.
 */
export function applyChanges(config: ConfigObject, changes: readonly string[]): ConfigObject {
  return changes.reduce<ConfigObject>(applyChange, config);
}

function applyChange(config: ConfigObject, change: string): ConfigObject {
  const match = /^\s*([A-Za-z]+)\s+(.*\S)\s*$/s.exec(change);
  const apply = instructions.get(match?.[1]?.toUpperCase() ?? '');
  if (!match || !apply)
    throw new SkiffError('invalid-argument', `${JSON.stringify(change)} is not a valid change command`);
  return { ...config, ...apply(match[2] ?? '', config, change) };
}

type Instruction = (rest: string, config: ConfigObject, change: string) => ConfigObject;

const instructions = new Map<string, Instruction>([
  ['CMD', (rest, _, change) => ({ Cmd: commandOf(rest, change) })],
  // As Docker: another entrypoint drops the command that was meant for the one before.
  ['ENTRYPOINT', (rest, _, change) => ({ Entrypoint: commandOf(rest, change), Cmd: null })],
  ['ENV', (rest, config, change) => ({ Env: withVariables(listOf(config['Env']), pairsOf(rest, change)) })],
  ['EXPOSE', (rest, config) => ({ ExposedPorts: { ...mapOf(config['ExposedPorts']), ...portsOf(rest) } })],
  [
    'LABEL',
    (rest, config, change) => ({
      Labels: { ...mapOf(config['Labels']), ...Object.fromEntries(pairsOf(rest, change)) },
    }),
  ],
  ['ONBUILD', (rest, config) => ({ OnBuild: [...listOf(config['OnBuild']), rest] })],
  ['STOPSIGNAL', (rest) => ({ StopSignal: rest })],
  ['USER', (rest) => ({ User: rest })],
  [
    'VOLUME',
    (rest, config, change) => ({
      Volumes: {
        ...mapOf(config['Volumes']),
        ...Object.fromEntries((jsonWords(rest, change) ?? rest.split(/\s+/)).map((path) => [path, {}])),
      },
    }),
  ],
  ['WORKDIR', (rest, config) => ({ WorkingDir: workingDir(config['WorkingDir'], rest) })],
]);

/** `["sh", "-c"]` as it is, anything else for the shell. */
function commandOf(rest: string, change: string): string[] {
  return jsonWords(rest, change) ?? ['/bin/sh', '-c', rest];
}

function jsonWords(rest: string, change: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(rest);
    if (Array.isArray(words) && words.every((word): word is string => typeof word === 'string')) return words;
  } catch {
    // Docker takes it for a command of the shell then; nobody has meant that.
  }
  throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: not a list of texts`);
}

/** `A=1 B="two words"`, or the old `A everything that follows`. */
function pairsOf(rest: string, change: string): [string, string][] {
  if (!/^[^\s=]+=/.test(rest)) {
    const [, key = '', value] = /^(\S+)\s+(.*)$/s.exec(rest) ?? [];
    if (value === undefined)
      throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: must have two arguments`);
    return [[key, value]];
  }
  return splitWords(rest, change).map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: ${word} is not NAME=VALUE`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
}

/** Words with the quotes and backslashes of a shell taken out. */
function splitWords(text: string, change: string): string[] {
  const words: string[] = [];
  const piece = /\s+|'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^\s'"\\]+)/gsy;
  let isInside = false;
  let end = 0;
  for (const match of text.matchAll(piece)) {
    end = match.index + match[0].length;
    const [whole, single, double, escaped, plain] = match;
    if (/^\s/.test(whole)) {
      isInside = false;
      continue;
    }
    if (!isInside) words.push('');
    isInside = true;
    words[words.length - 1] += single ?? double?.replaceAll(/\\(["\\$])/g, '$1') ?? escaped ?? plain ?? '';
  }
  if (end < text.length) throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: a quote is not closed`);
  return words;
}

function withVariables(env: string[], pairs: [string, string][]): string[] {
  const variables = new Map(env.map((line) => [line.split('=', 1)[0] ?? '', line]));
  for (const [key, value] of pairs) variables.set(key, `${key}=${value}`);
  return [...variables.values()];
}

function portsOf(rest: string): ConfigObject {
  return Object.fromEntries(
    rest.split(/\s+/).flatMap((port) => {
      const [, first = '', last = first, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(port) ?? [];
      const count = Number(last) - Number(first) + 1;
      if (first === '' || count < 1 || Number(last) > 65535)
        throw new SkiffError('invalid-argument', `invalid port: ${port}`);
      return Array.from({ length: count }, (_, index) => [`${Number(first) + index}/${protocol}`, {}]);
    }),
  );
}

function workingDir(before: unknown, path: string): string {
  return path.startsWith('/')
    ? path
    : `${typeof before === 'string' && before !== '' ? before : '/'}/${path}`.replaceAll(/\/+/g, '/');
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const mapOf = (value: unknown): ConfigObject =>
  typeof value === 'object' && value !== null ? (value as ConfigObject) : {};
