/** Cgroups by their path, in every hierarchy that this machine has mounted at its usual place. */
import { existsSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../lib/errors.ts';

const place = '/sys/fs/cgroup';

export type Hierarchies = {
  /** Where version 2 is. */
  unified?: string;
  /** Version 1: `name` is the folder, `controllers` what mount(8) is told. */
  legacy: { name: string; path: string; controllers: string[] }[];
};

/** Where this machine has mounted its control groups, of both versions. */
export function cgroupHierarchies(): Hierarchies {
  const own = [place, join(place, 'unified')].find((path) => existsSync(join(path, 'cgroup.controllers')));
  const legacy = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const path = before.split(' ')[4] ?? '';
      const [type, , options = ''] = after.split(' ');
      if (type !== 'cgroup' || !path.startsWith(`${place}/`)) return [];
      const controllers = options
        .split(',')
        .filter((word) => !/^(?:rw|ro|xattr|clone_children|release_agent=.*)$/.test(word));
      return [{ name: path.slice(place.length + 1), path, controllers }];
    });
  return { ...(own === undefined ? {} : { unified: own }), legacy };
}

function folders(cgroup: string): string[] {
  const { unified, legacy } = cgroupHierarchies();
  return [...(unified === undefined ? [] : [unified]), ...legacy.map(({ path }) => path)].map((path) =>
    join(path, cgroup),
  );
}

/** All processes in a cgroup and those below it. */
export function cgroupProcesses(cgroup: string): number[] {
  return [...new Set(folders(cgroup).flatMap(processesBelow))].toSorted((a, b) => a - b);
}

function processesBelow(folder: string): number[] {
  try {
    const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    return [...own, ...children(folder).flatMap(processesBelow)];
  } catch {
    return [];
  }
}

const children = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));

/** Removes a group that holds others', if it holds none any more. */
export function removeEmptyCgroup(cgroup: string): void {
  for (const folder of folders(cgroup)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (errnoOf(error) !== 'EBUSY' && errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** Removes a cgroup and those below it. False: a process is still in it. */
export function removeCgroup(cgroup: string): boolean {
  return folders(cgroup).every(removeTree);
}

function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  try {
    children(folder).forEach(removeTree);
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EBUSY') return false;
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/** The freezer's file and its two values, of whichever version has one. */
function freezer(cgroup: string): { file: string; frozen: string; thawed: string } | undefined {
  const found = folders(cgroup).flatMap((folder) => [
    { file: join(folder, 'cgroup.freeze'), frozen: '1', thawed: '0' },
    { file: join(folder, 'freezer.state'), frozen: 'FROZEN', thawed: 'THAWED' },
  ]);
  return found.find(({ file }) => statSync(file, { throwIfNoEntry: false }));
}

/** `cgroup`: its path below each hierarchy's root. False also where there is none. */
export function isFrozen(cgroup: string): boolean {
  const control = freezer(cgroup);
  return control !== undefined && readFileSync(control.file, 'utf8').trim() === control.frozen;
}

/** False: this machine has no freezer. */
export function freezeCgroup(cgroup: string, frozen: boolean): boolean {
  const control = freezer(cgroup);
  if (control) writeFileSync(control.file, frozen ? control.frozen : control.thawed);
  return control !== undefined;
}

/** A value, and its files in both versions; empty: that version has none. */
export type LimitFiles = { controller: string; legacyFile: string; legacyValue: string; file: string; value: string };

/** False: this machine has no such controller. Throws what the kernel says of the value. */
export function writeLimit(cgroup: string, limit: LimitFiles): boolean {
  const { unified, legacy } = cgroupHierarchies();
  const hierarchy = legacy.find(({ controllers }) => controllers.includes(limit.controller));
  const places = [
    ...(unified === undefined || limit.file === '' ? [] : [[join(unified, cgroup, limit.file), limit.value]]),
    ...(hierarchy && limit.legacyFile !== ''
      ? [[join(hierarchy.path, cgroup, limit.legacyFile), limit.legacyValue]]
      : []),
  ];
  const [path, value = ''] = places.find(([file = '']) => existsSync(file)) ?? [];
  if (path !== undefined) writeFileSync(path, value);
  return path !== undefined;
}
