import { SkiffError } from '../lib/errors.ts';
import { parseDuration } from '../lib/go-duration.ts';
import { healthcheckConfig } from './healthcheck.ts';
import { expandWord, splitWords } from './shell-words.ts';

/** The `config` object of an image (image-spec, config.md). */
export type ConfigObject = Record<string, unknown>;

/**
 * Lays Dockerfile instructions over a config, as `docker commit --change` and `docker import --change` do. Throws invalid-argument for
 * other instructions and for what can't be read.
 */
export function applyChanges(config: ConfigObject, changes: readonly string[]): ConfigObject {
  return changes.reduce<ConfigObject>((so, change, at) => applyChange(so, change, changes.slice(0, at)), config);
}

function applyChange(config: ConfigObject, change: string, before: readonly string[]): ConfigObject {
  const [, typed = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s+(.*\S))?\s*$/s.exec(change) ?? [];
  const name = typed.toUpperCase();
  const apply = instructions.get(name);
  if (!apply) throw new SkiffError('invalid-argument', `${JSON.stringify(change)} is not a valid change command`);
  if (rest === '' && name !== 'CMD' && name !== 'ENTRYPOINT')
    throw new SkiffError(
      'invalid-argument',
      `${name} requires ${takesOne.has(name) ? 'exactly' : 'at least'} one argument`,
    );
  const variables = variablesOf(listOf(config['Env']));
  return {
    ...config,
    ...apply(rest, { config, change, before, word: (text) => expandWord(text, variables, change) }),
  };
}

type Context = {
  config: ConfigObject;
  /** The whole instruction, for errors. */
  change: string;
  /** The instructions that came first. */
  before: readonly string[];
  /** A word with the variables of the config's environment in it, as of before the instruction. */
  word: (text: string) => string;
};

type Instruction = (rest: string, context: Context) => ConfigObject;

const instructions = new Map<string, Instruction>([
  ['CMD', (rest, { change }) => ({ Cmd: commandOf(rest, change) })],
  // As Docker: another entrypoint drops the command that was meant for the one before.
  [
    'ENTRYPOINT',
    (rest, { change, before }) => ({
      Entrypoint: entrypointOf(rest, change),
      ...(before.some((one) => /^\s*CMD(?:\s|$)/i.test(one)) ? {} : { Cmd: null }),
    }),
  ],
  ['ENV', (rest, context) => ({ Env: withVariables(listOf(context.config['Env']), pairsOf(rest, context)) })],
  [
    'EXPOSE',
    (rest, { config, word }) => ({ ExposedPorts: { ...mapOf(config['ExposedPorts']), ...portsOf(word(rest)) } }),
  ],
  ['HEALTHCHECK', (rest, { change }) => ({ Healthcheck: healthcheckOf(rest, change) })],
  [
    'LABEL',
    (rest, context) => ({
      Labels: { ...mapOf(context.config['Labels']), ...Object.fromEntries(pairsOf(rest, context)) },
    }),
  ],
  ['ONBUILD', (rest, { config, change }) => ({ OnBuild: [...listOf(config['OnBuild']), triggerOf(rest, change)] })],
  ['STOPSIGNAL', (rest, { word }) => ({ StopSignal: word(rest) })],
  ['USER', (rest, { word }) => ({ User: word(rest) })],
  [
    'VOLUME',
    (rest, { config, change, word }) => {
      const paths = jsonWords(rest, change) ?? splitWords(rest, change);
      return { Volumes: { ...mapOf(config['Volumes']), ...Object.fromEntries(paths.map((path) => [word(path), {}])) } };
    },
  ],
  ['WORKDIR', (rest, { config, word }) => ({ WorkingDir: workingDir(config['WorkingDir'], word(rest)) })],
]);

const takesOne = new Set(['STOPSIGNAL', 'USER', 'WORKDIR']);

/** What a later build runs; these can't be. */
function triggerOf(rest: string, change: string): string {
  if (/^(FROM|MAINTAINER|ONBUILD)\b/i.test(rest))
    throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: is not allowed as a trigger`);
  return rest;
}

/** `["sh", "-c"]` as it is, anything else for the shell. */
function commandOf(rest: string, change: string): string[] {
  return jsonWords(rest, change) ?? ['/bin/sh', '-c', ...(rest === '' ? [] : [rest])];
}

/** Of no words there is none, as in Docker; a command of none is a shell, as it is there. */
function entrypointOf(rest: string, change: string): string[] | null {
  const words = rest === '' ? [] : commandOf(rest, change);
  return words.length > 0 ? words : null;
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
function pairsOf(rest: string, { change, word }: Context): [string, string][] {
  const words = splitWords(rest, change);
  if (words[0]?.includes('=') !== true) {
    const [, key = '', value] = /^(\S+)\s+(.*)$/s.exec(rest) ?? [];
    if (value === undefined)
      throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: must have two arguments`);
    return [[word(key), word(value)]];
  }
  return words.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new SkiffError('invalid-argument', `${JSON.stringify(change)}: ${pair} is not NAME=VALUE`);
    return [word(pair.slice(0, at)), word(pair.slice(at + 1))];
  });
}

const healthFlags: Readonly<Record<string, 'interval' | 'timeout' | 'startPeriod' | 'startInterval'>> = {
  interval: 'interval',
  timeout: 'timeout',
  'start-period': 'startPeriod',
  'start-interval': 'startInterval',
};

/** `[--interval=5s …] CMD command`, or `NONE`. */
function healthcheckOf(rest: string, change: string): object {
  const bad = (): SkiffError =>
    new SkiffError('invalid-argument', `${JSON.stringify(change)} is not a valid change command`);
  const [, flags = '', kind = '', command = ''] = /^((?:--\S+\s+)*)(\w+)\s*(.*)$/s.exec(rest) ?? [];
  if (kind.toUpperCase() === 'NONE' && command === '') return { Test: ['NONE'] };
  if (kind.toUpperCase() !== 'CMD' || command === '') throw bad();
  const check = { interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 };
  for (const flag of flags.trim().split(/\s+/).filter(Boolean)) {
    const [, name = '', value = ''] = /^--([a-z-]+)=(.+)$/.exec(flag) ?? [];
    const time = healthFlags[name];
    const number = time ? parseDuration(value) : name === 'retries' && /^\d+$/.test(value) ? Number(value) : undefined;
    if (number === undefined || number < 0) throw bad();
    check[time ?? 'retries'] = time ? number * 1e6 : number;
  }
  const list = jsonWords(command, change);
  return healthcheckConfig({ ...check, test: list ? ['CMD', ...list] : ['CMD-SHELL', command] });
}

function variablesOf(env: readonly string[]): Map<string, string> {
  return new Map(
    env.map((line) => {
      const [key = ''] = line.split('=', 1);
      return [key, line.slice(key.length + 1)];
    }),
  );
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
