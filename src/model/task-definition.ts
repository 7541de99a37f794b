/** A task of tasks.json in the options of `run`. Pure. */
import { resolve } from 'node:path';
import type { RunOptions } from '../../runtime-helper/protocol/types.ts';
import { t } from './l10n.ts';

/** As package.json describes it, and as a person has typed it: nothing of it is sure. */
export type TaskDefinition = Readonly<Record<string, unknown>>;

/** `folder`: the workspace's, on the host; absent: none is open. Throws an Error that says what is wrong with the definition. */
export function taskRun(definition: TaskDefinition, folder: string | undefined): RunOptions {
  const image = text(definition, 'image');
  if (image === undefined || image === '') throw new Error(t('“{0}” is missing', 'image'));
  const mount = folder !== undefined && flag(definition, 'mountWorkspace') !== false;
  // The same path on both sides: what a compiler says of a file can be opened.
  const target = text(definition, 'workspaceFolder') ?? folder ?? '/';
  const workingDir = text(definition, 'cwd') ?? (mount ? target : undefined);
  const volumes = (texts(definition, 'volumes') ?? []).map((volume) => absolute(volume, folder));
  return {
    image,
    ...given('command', commandOf(definition)),
    ...given('name', text(definition, 'name')),
    ...given('workingDir', workingDir),
    volumes: [...(mount ? [`${folder}:${target}`] : []), ...volumes],
    env: Object.entries(variables(definition)).map(([name, value]) => `${name}=${value}`),
    publish: texts(definition, 'ports') ?? [],
    ...given('user', text(definition, 'user')),
    ...given('network', text(definition, 'network')),
    ...given('memory', text(definition, 'memory')),
    ...given('cpus', text(definition, 'cpus')),
    ...given('privileged', flag(definition, 'privileged')),
    ...given('readOnly', flag(definition, 'readOnly')),
    // Ctrl-C reaches a program that PID 1 would not hear of, and colours come out.
    init: true,
    tty: true,
    interactive: true,
    autoRemove: true,
  };
}

/** A line alone is a shell's; with arguments, or as a list, each word is the program's own. */
function commandOf(definition: TaskDefinition): string[] | undefined {
  const { command } = definition;
  const args = texts(definition, 'args');
  if (command === undefined) return args;
  if (Array.isArray(command)) return [...(texts(definition, 'command') ?? []), ...(args ?? [])];
  const line = text(definition, 'command') ?? '';
  return args ? [line, ...args] : ['/bin/sh', '-c', line];
}

function absolute(volume: string, folder: string | undefined): string {
  const [source = '', ...rest] = volume.split(':');
  return folder !== undefined && /^\.\.?(\/|$)/.test(source) ? [resolve(folder, source), ...rest].join(':') : volume;
}

function given<K extends keyof RunOptions>(key: K, value: RunOptions[K] | undefined): Pick<RunOptions, K> | object {
  return value === undefined ? {} : { [key]: value };
}

function text(definition: TaskDefinition, key: string): string | undefined {
  const value = definition[key];
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return `${value}`;
  throw new Error(t('“{0}” must be a text', key));
}

function texts(definition: TaskDefinition, key: string): string[] | undefined {
  const value = definition[key];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new Error(t('“{0}” must be a list of texts', key));
}

function flag(definition: TaskDefinition, key: string): boolean | undefined {
  const value = definition[key];
  if (value === undefined || typeof value === 'boolean') return value;
  throw new Error(t('“{0}” must be true or false', key));
}

function variables(definition: TaskDefinition): Record<string, string> {
  const value = definition['env'] ?? {};
  const isRight =
    typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((one) => typeof one === 'string');
  if (isRight) return value as Record<string, string>;
  throw new Error(t('“{0}” must be an object with texts', 'env'));
}
