import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerSummary } from '../support/summaries.ts';
import type { ContainerSummary, ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { describeImage, displayTag } from '../../src/model/image-words.ts';
import { registryOf } from '../../src/model/registry-name.ts';
import { groupImages, splitReference } from '../../src/model/images.ts';

const id = (digit: string): string => `sha256:${digit.repeat(64)}`;
const image = (digit: string, references: string[]): ImageSummary => ({ id: id(digit), references, size: 26_100_000 });

test('images are grouped by repository, and those without a name stand by themselves', () => {
  const images = [image('a', ['web:2', 'registry:5000/web:1']), image('b', ['web:1']), image('c', [])];
  const { repositories, unnamed } = groupImages(images);
  assert.deepEqual(
    repositories.map(({ name, images: tags }) => [name, tags.map(displayTag)]),
    [
      ['registry:5000/web', ['1']],
      ['web', ['1', '2']],
    ],
  );
  assert.deepEqual(unnamed.map(displayTag), ['cccccccccccc']);
});

test('a reference is its repository and its tag or digest', () => {
  const check = (reference: string, repository: string, tag: string): void =>
    assert.deepEqual(splitReference(reference), { repository, tag });
  check('ubuntu:12.04', 'ubuntu', '12.04');
  check('localhost:5000/a/b:1', 'localhost:5000/a/b', '1');
  check('localhost:5000/a/b', 'localhost:5000/a/b', '');
  check(`web@${id('a')}`, 'web', id('a'));
});

test('a row says size, age and users', () => {
  const now = Date.parse('2026-01-04T00:00:00Z');
  const user = (name: string): ContainerSummary => containerSummary(name, { imageId: id('a') });
  const created = { ...image('a', ['web:1']), createdAt: '2026-01-01T00:00:00Z' };
  assert.equal(describeImage(created, [], now), '26.1 MB · 3 days ago');
  assert.equal(
    describeImage(created, ['x', 'y', 'z'].map(user), now),
    '26.1 MB · 3 days ago · used by x, y and 1 more',
  );
});

test('the registry of a reference is its first component when that could be a host', () => {
  const cases = ['alpine', 'alpine:3.20', 'team/app', 'localhost/app', 'localhost:5000/app:1', 'ghcr.io/a/b@sha256:00'];
  const hosts = ['docker.io', 'docker.io', 'docker.io', 'localhost', 'localhost:5000', 'ghcr.io'];
  assert.deepEqual(cases.map(registryOf), hosts);
});
