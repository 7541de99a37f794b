import { writeTar } from '../../archive/tar-writer.ts';
import { readConfig } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import type { RuntimeConfig } from '../../oci/runtime-config.ts';
import type { ConfigObject } from '../../oci/config-changes.ts';
import type { Parts } from '../containers/parts.ts';
import { pauseContainer, unpauseContainer } from '../containers/pause.ts';
import type { CommitOptions, Image } from '../types.ts';
import { withTree } from './open.ts';

/** Makes an image of the container's image and what it has changed. */
export async function commitContainer(
  parts: Parts,
  id: string,
  options: CommitOptions,
  operation: Operation,
): Promise<Image> {
  const record = parts.catalog.record(id);
  if (record.imageId === 'host')
    throw new SkiffError('invalid-argument', `${record.name} is of @host, which is no image to build on`, {
      hint: `Copy what you need while it runs: skiff cp ${record.name}:PATH .`,
    });
  const { pause, ...rest } = options;
  const config = readConfig(parts.catalog.folder(record.id));
  const layer = {
    ...rest,
    createdBy: record.command.join(' '),
    overrides: overridesOf(config, record),
  };
  const work = (): Promise<Image> =>
    withTree(parts, record, { view: 'changes' }, (tree) =>
      parts.images.commit(record.imageId, writeTar(tree.layer()), layer, operation),
    );
  const image =
    pause && parts.catalog.state(record).status === 'running' ? await paused(parts, record.id, work) : await work();
  parts.journal.note('commit', record, { imageID: image.id });
  return image;
}

async function paused<T>(parts: Parts, id: string, work: () => Promise<T>): Promise<T> {
  await pauseContainer(parts, id);
  try {
    return await work();
  } finally {
    await unpauseContainer(parts, id);
  }
}

/** As Docker, which commits how the container was run. */
function overridesOf(
  { process }: RuntimeConfig,
  record: { hostname: string; labels: Record<string, string> },
): ConfigObject {
  return {
    Env: process.env.filter((line) => line !== `HOSTNAME=${record.hostname}` && line !== 'TERM=xterm'),
    Labels: record.labels,
    WorkingDir: process.cwd,
  };
}
