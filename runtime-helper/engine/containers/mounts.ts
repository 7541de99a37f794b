import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import type { MountPoint } from '../../container/mounts.ts';
import { checkVolumeName } from '../../container/volume-records.ts';
import { asSkiffError, errnoOf, SkiffError } from '../../lib/errors.ts';
import type { CreateOptions, MountRequest } from '../types.ts';
import type { Parts } from './parts.ts';
import { phrase, type Phrase } from '../../lib/phrase.ts';

/**
 * What a container is to have mounted: what was asked for, then what --volumes-from brings, then the image's volumes that nothing has
 * taken the place of. Folders and volumes that are missing are made.
 */
export function planMounts(parts: Parts, options: CreateOptions, imageVolumes: readonly string[]): MountPoint[] {
  const requests = options.mounts ?? [];
  for (const request of requests) checkMount(request);
  checkTargets(requests);
  const asked = new Map(inherited(parts, options).map((point) => [point.target, point]));
  for (const request of requests) {
    const by = request.by === undefined ? {} : { by: request.by };
    asked.set(cleanPath(request.target), { ...makeMount(parts, request), ...by });
  }
  for (const path of imageVolumes) {
    const target = cleanPath(path);
    if (!asked.has(target)) asked.set(target, anonymousVolume(parts, { target, readonly: false, copy: true }));
  }
  return [...asked.values()];
}

const cleanPath = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, '');

function checkTargets(requests: readonly MountRequest[]): void {
  const seen = new Set<string>();
  for (const { target } of requests) {
    const path = cleanPath(target);
    if (seen.has(path)) throw invalid(phrase('duplicate mount point: {0}', path));
    seen.add(path);
  }
}

function checkMount(request: MountRequest): void {
  const { type, target } = request;
  if (!target.startsWith('/')) throw relativePath(type, target);
  if (cleanPath(target) === '/')
    throw invalid(phrase("invalid mount config for type \"{0}\": destination can't be '/'", type));
  if (type === 'volume' && request.name !== undefined) checkVolumeName(request.name);
  if (type !== 'bind') return;
  if (!request.source.startsWith('/')) throw relativePath(type, request.source);
  if (request.createSource) return;
  try {
    statSync(request.source);
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT')
      throw invalid(
        phrase('invalid mount config for type "{0}": bind source path does not exist: {1}', type, request.source),
      );
    throw cause;
  }
}

const relativePath = (type: string, path: string): SkiffError =>
  invalid(
    phrase('invalid mount config for type "{0}": invalid mount path: \'{1}\' mount path must be absolute', type, path),
  );

function makeMount(parts: Parts, request: MountRequest): MountPoint {
  const target = cleanPath(request.target);
  const { readonly = false } = 'readonly' in request ? request : {};
  switch (request.type) {
    case 'bind': {
      const { source, recursive, propagation = 'rprivate' } = request;
      if (request.createSource) makeSource(source);
      return { type: 'bind', source, target, readonly, propagation, recursive };
    }
    case 'volume': {
      const { name, copy, subpath } = request;
      const rest = { target, readonly, copy, ...(subpath === undefined ? {} : { subpath }) };
      if (name === undefined) return anonymousVolume(parts, rest);
      return { type: 'volume', name: parts.volumes.register(name, {}).name, anonymous: false, ...rest };
    }
    case 'tmpfs':
      return { type: 'tmpfs', target, options: request.options };
  }
}

type Rest = { target: string; readonly: boolean; copy: boolean; subpath?: string };

function anonymousVolume({ volumes }: Parts, rest: Rest): MountPoint {
  return { type: 'volume', name: volumes.registerAnonymous().name, anonymous: true, ...rest };
}

/** With the caller's own rights: as root for root, never beyond what he may. */
function makeSource(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) return;
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new SkiffError(
      'permission-denied',
      phrase("error while creating mount source path '{0}': {1}", path, String(cause)),
      {
        cause,
      },
    );
  }
}

/** Volumes of other containers are theirs to keep: none is anonymous to us. */
function inherited(parts: Parts, { volumesFrom = [] }: CreateOptions): MountPoint[] {
  return volumesFrom.flatMap(({ container, readonly }) =>
    mountsOf(parts, container).flatMap((point): MountPoint[] => {
      if (point.type === 'tmpfs') return [];
      const mode = { by: 'volumes-from' as const, ...(readonly === undefined ? {} : { readonly }) };
      return [point.type === 'volume' ? { ...point, ...mode, anonymous: false } : { ...point, ...mode }];
    }),
  );
}

function mountsOf({ catalog }: Parts, container: string): MountPoint[] {
  try {
    return catalog.record(container).mounts ?? [];
  } catch (cause) {
    // What is not found is not the image.
    const { message, phrase: translatable, hint } = asSkiffError(cause);
    throw new SkiffError('failed-precondition', translatable ?? message, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

const invalid = (message: Phrase): SkiffError => new SkiffError('invalid-argument', message);
