import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/paths.ts';

type Entry = { version: string; optionalDependencies?: Record<string, string>; dependencies?: Record<string, string> };
type Manifest = { devDependencies: Record<string, string>; optionalDependencies: Record<string, string> };
const read = (name: string): unknown => JSON.parse(readFileSync(join(repository, name), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Entry> };
const manifest = read('package.json') as Manifest;

test('the lock has every optional package of other systems too, or `npm ci` refuses it', () => {
  // npm leaves out what a registry does not have for it, and then finds its own lock wanting.
  const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages || `${owner}/node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});

test('dependencies are pinned, and the lock has them', () => {
  const wanted = { ...manifest.devDependencies, ...manifest.optionalDependencies };
  for (const [name, version] of Object.entries(wanted))
    assert.equal(packages[`node_modules/${name}`]?.version, version, name);
});
