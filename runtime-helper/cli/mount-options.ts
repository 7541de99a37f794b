/** -v, --mount, --tmpfs and --volumes-from, as Docker writes them. */
import { resolve } from 'node:path';
import type { CreateOptions, MountRequest, Propagation } from '../engine/index.ts';
import { parseMount } from './mount-fields.ts';
import { propagations, tmpfsDefaults } from './mount-words.ts';
import type { Options, OptionTable } from './options.ts';
import { UsageError } from './usage-error.ts';

export const mountOptions: OptionTable = {
  mount: { type: 'list', value: 'mount', help: 'Attach a filesystem mount to the container' },
  tmpfs: { type: 'list', help: 'Mount a tmpfs directory' },
  volume: { type: 'list', short: 'v', help: 'Bind mount a volume' },
  'volumes-from': { type: 'list', help: 'Mount volumes from the specified container(s)' },
};

export function readMountOptions(options: Options, cwd: string): Pick<CreateOptions, 'mounts' | 'volumesFrom'> {
  const mounts = [
    ...options.list('volume').map((text) => parseVolume(text, cwd)),
    ...options.list('mount').map((text) => parseMount(text, cwd)),
    ...options.list('tmpfs').map(parseTmpfs),
  ];
  const volumesFrom = options.list('volumes-from').map(parseVolumesFrom);
  return { ...(mounts.length > 0 ? { mounts } : {}), ...(volumesFrom.length > 0 ? { volumesFrom } : {}) };
}

/** `TARGET`, `SOURCE:TARGET` or `SOURCE:TARGET:OPTION,…`; a source with a slash is a path, any other a volume's name. */
function parseVolume(text: string, cwd: string): MountRequest {
  const parts = text.split(':');
  if (parts.some((part) => part === '')) throw new UsageError(`invalid volume specification: '${text}'`, 125);
  if (parts.length > 3) throw bad(text);
  const [first = '', second, third] = parts;
  // `-v /data:ro` has always been an anonymous volume to nobody: the second part of two is the target.
  const [source, target] = second === undefined ? [undefined, first] : [first, second];
  if (!target.startsWith('/')) throw bad(text, `invalid mount path: '${target}' mount path must be absolute`);
  const mode = parseMode(text, third);
  if (source === undefined || !/^[./~]/.test(source)) {
    if (mode.propagation) throw bad(text, `invalid mode: ${third}`);
    const name = source === undefined ? {} : { name: source };
    return { type: 'volume', ...name, target, readonly: mode.readonly, copy: mode.copy };
  }
  return {
    ...{ type: 'bind', source: resolve(cwd, source), target, readonly: mode.readonly, recursive: true },
    ...{ createSource: true, ...(mode.propagation ? { propagation: mode.propagation } : {}) },
  };
}

type Mode = { readonly: boolean; copy: boolean; propagation?: Propagation };

/** SELinux's labels and the hints for Docker Desktop mean nothing here, and are no error there either. */
const ignoredModes = new Set(['z', 'Z', 'consistent', 'cached', 'delegated']);

function parseMode(text: string, words = 'rw'): Mode {
  const mode: Mode = { readonly: false, copy: true };
  for (const word of words.split(',')) {
    if (word === 'ro') mode.readonly = true;
    else if (word === 'nocopy') mode.copy = false;
    else if (propagations.has(word)) mode.propagation = word as Propagation;
    else if (word !== 'rw' && !ignoredModes.has(word)) throw bad(text, `invalid mode: ${words}`);
  }
  return mode;
}

const tmpfsOpposites: Readonly<Record<string, string>> = { exec: 'noexec', suid: 'nosuid', dev: 'nodev' };
const tmpfsOption =
  /^(?:ro|rw|(?:no)?(?:exec|suid|dev|atime|diratime)|relatime|strictatime|sync|(?:size|mode|uid|gid|nr_inodes|nr_blocks|mpol|huge)=[\w:.,%-]+)$/;

function parseTmpfs(text: string): MountRequest {
  const at = text.indexOf(':');
  const target = at < 0 ? text : text.slice(0, at);
  const given =
    at < 0
      ? []
      : text
          .slice(at + 1)
          .split(',')
          .filter(Boolean);
  for (const option of given)
    if (!tmpfsOption.test(option)) throw new UsageError(`invalid tmpfs option ["${option}"]`, 125);
  const undone = new Set(given.flatMap((option) => tmpfsOpposites[option] ?? []));
  const kept = tmpfsDefaults.filter((option) => !undone.has(option));
  return { type: 'tmpfs', target, options: [...kept, ...given] };
}

function parseVolumesFrom(text: string): { container: string; readonly?: boolean } {
  const [container = '', mode, ...more] = text.split(':');
  if (container === '' || more.length > 0) throw new UsageError(`invalid volumes-from: ${text}`);
  if (mode === undefined) return { container };
  if (mode !== 'ro' && mode !== 'rw' && !ignoredModes.has(mode))
    throw new UsageError(`invalid mode for volumes-from: ${mode}`);
  return mode === 'ro' ? { container, readonly: true } : { container };
}

/** What Docker's command line leaves to its daemon. */
function bad(text: string, reason?: string): UsageError {
  return new UsageError(`invalid volume specification: '${text}'${reason === undefined ? '' : `: ${reason}`}`);
}
