import { resolve } from 'node:path';
import type { MountRequest, Propagation } from '../engine/index.ts';
import { parseBytes } from './byte-sizes.ts';
import { propagations, tmpfsDefaults } from './mount-words.ts';
import { UsageError } from './usage-error.ts';

const aliases: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};
const kinds: Readonly<Record<string, readonly string[]>> = {
  bind: ['source', 'target', 'readonly', 'bind-propagation', 'bind-nonrecursive', 'bind-recursive', 'consistency'],
  volume: ['source', 'target', 'readonly', 'volume-nocopy', 'volume-subpath', 'consistency'],
  tmpfs: ['target', 'readonly', 'tmpfs-size', 'tmpfs-mode'],
};

/** `--mount type=bind,source=…,target=…,readonly`. */
export function parseMount(text: string, cwd: string): MountRequest {
  const fields = parseFields(text);
  const type = fields.get('type') ?? 'volume';
  const known = kinds[type];
  if (!known)
    throw new UsageError(
      `invalid mount config for type "${type}": mount type unknown: bind, volume and tmpfs are there`,
    );
  for (const key of fields.keys())
    if (key !== 'type' && !known.includes(key)) throw invalid(text, `unexpected key '${key}' for type "${type}"`);
  const target = fields.get('target');
  if (target === undefined) throw invalid(text, 'target is required');
  return { by: 'mount', ...mountOf(text, type, target, fields, cwd) };
}

function mountOf(text: string, type: string, target: string, fields: Fields, cwd: string): MountRequest {
  const readonly = flag(text, fields, 'readonly');
  if (type === 'tmpfs') return tmpfsMount(text, target, readonly, fields);
  const source = fields.get('source');
  if (type === 'volume') return volumeMount(text, { source, target, readonly }, fields);
  if (source === undefined)
    throw new UsageError('invalid mount config for type "bind": field Source must not be empty');
  return bindMount(text, { source: resolve(cwd, source), target, readonly }, fields);
}

type Fields = ReadonlyMap<string, string>;

/** As CSV, whose quotes let a value have a comma. */
function parseFields(text: string): Fields {
  const words = text.match(/"(?:[^"]|"")*"|[^,]+/g) ?? [];
  return new Map(
    words.map((word): [string, string] => {
      const plain = word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word;
      const at = plain.indexOf('=');
      const key = (at < 0 ? plain : plain.slice(0, at)).toLowerCase();
      const name = aliases[key] ?? key;
      if (at < 0 && !['readonly', 'volume-nocopy', 'bind-nonrecursive'].includes(name))
        throw invalid(text, `invalid field '${plain}' must be a key=value pair`);
      return [name, at < 0 ? 'true' : plain.slice(at + 1)];
    }),
  );
}

function bindMount(
  text: string,
  base: { source: string; target: string; readonly: boolean },
  fields: Fields,
): MountRequest {
  const propagation = fields.get('bind-propagation');
  if (propagation !== undefined && !propagations.has(propagation))
    throw invalid(text, `invalid propagation '${propagation}'`);
  const recursive = fields.get('bind-recursive') !== 'disabled' && !flag(text, fields, 'bind-nonrecursive');
  return {
    ...{ type: 'bind', ...base, recursive, createSource: false },
    ...(propagation === undefined ? {} : { propagation: propagation as Propagation }),
  };
}

function volumeMount(
  text: string,
  { source, ...base }: { source: string | undefined; target: string; readonly: boolean },
  fields: Fields,
): MountRequest {
  const subpath = fields.get('volume-subpath');
  return {
    ...{ type: 'volume', ...base, copy: !flag(text, fields, 'volume-nocopy') },
    ...(source === undefined ? {} : { name: source }),
    ...(subpath === undefined ? {} : { subpath }),
  };
}

function tmpfsMount(text: string, target: string, readonly: boolean, fields: Fields): MountRequest {
  const [size, mode] = [fields.get('tmpfs-size'), fields.get('tmpfs-mode')];
  if (mode !== undefined && !/^[0-7]{1,4}$/.test(mode)) throw invalid(text, `invalid value for tmpfs-mode: ${mode}`);
  const options = [
    ...(readonly ? ['ro'] : []),
    ...(size === undefined ? [] : [`size=${parseBytes(size, 'tmpfs-size')}`]),
    ...(mode === undefined ? [] : [`mode=${mode}`]),
  ];
  return { type: 'tmpfs', target, options: [...tmpfsDefaults, ...options] };
}

function flag(text: string, fields: Fields, name: string): boolean {
  const value = fields.get(name) ?? 'false';
  if (/^(?:1|t|true)$/i.test(value)) return true;
  if (/^(?:0|f|false)$/i.test(value)) return false;
  throw invalid(text, `invalid value for ${name}: ${value}`);
}

function invalid(text: string, reason: string): UsageError {
  return new UsageError(`invalid argument "${text}" for "--mount" flag: ${reason}`, 125);
}
