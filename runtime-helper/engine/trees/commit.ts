import { fillHoles } from '../../archive/fill-holes.ts';
import { writeTar } from '../../archive/tar-writer.ts';
import { readConfig, type ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Operation } from '../../lib/operation.ts';
import { healthcheckConfig } from '../../oci/healthcheck.ts';
import type { RuntimeConfig } from '../../oci/runtime-config.ts';
import type { ConfigObject } from '../../oci/config-changes.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import { tagName } from '../images/import.ts';
import type { Parts } from '../containers/parts.ts';
import { networkingOf } from '../networks/container-networks.ts';
import { pauseContainer, unpauseContainer } from '../containers/pause.ts';
import type { CommitOptions, Image } from '../types.ts';
import { withTree } from './open.ts';
import { phrase } from '../../lib/phrase.ts';

/** Makes an image of the container's image and what it has changed. */
export async function commitContainer(
  parts: Parts,
  id: string,
  options: CommitOptions,
  operation: Operation,
): Promise<Image> {
  const record = parts.catalog.record(id);
  if (record.imageId === 'host')
    throw new SkiffError('invalid-argument', phrase('{0} is of @host, which is no image to build on', record.name), {
      hint: phrase('Copy what you need while it runs: skiff cp {0}:PATH .', record.name),
    });
  const { pause, ...rest } = options;
  const config = readConfig(parts.catalog.folder(record.id));
  const layer = {
    ...rest,
    createdBy: record.command.join(' '),
    overrides: overridesOf(config, record),
  };
  const work = async (): Promise<Image> => {
    const image = await withTree(parts, record, { view: 'changes' }, (tree) =>
      parts.images.commit(record.imageId, writeTar(fillHoles(tree.layer())), layer, operation),
    );
    const { message = '', reference } = options;
    const imageRef = reference === undefined ? '' : familiarName(parseReference(tagName(reference)));
    parts.journal.note('commit', record, { comment: message, imageID: image.id, imageRef });
    return image;
  };
  return pause && parts.catalog.state(record).status === 'running' ? paused(parts, record.id, work) : work();
}

async function paused<T>(parts: Parts, id: string, work: () => Promise<T>): Promise<T> {
  await pauseContainer(parts, id);
  try {
    return await work();
  } finally {
    await unpauseContainer(parts, id);
  }
}

/** As Docker, which commits how the container was run. A record of before entrypoints were kept leaves the image's. */
function overridesOf({ process }: RuntimeConfig, record: ContainerRecord): ConfigObject {
  const { command, entrypoint, healthcheck, hostname, labels, stopSignal, stopTimeout } = record;
  const listOrNull = (words: readonly string[]): readonly string[] | null => (words.length > 0 ? words : null);
  return {
    Env: process.env.filter((line) => line !== `HOSTNAME=${hostname}` && line !== 'TERM=xterm'),
    Labels: labels,
    WorkingDir: process.cwd,
    User: process.user.username ?? '',
    StopSignal: stopSignal,
    ...(stopTimeout === undefined ? {} : { StopTimeout: stopTimeout }),
    ...setOf('ExposedPorts', networkingOf(record).exposed),
    ...setOf('Volumes', anonymousVolumes(record)),
    ...(entrypoint ? { Entrypoint: listOrNull(entrypoint), Cmd: listOrNull(command.slice(entrypoint.length)) } : {}),
    ...(healthcheck ? { Healthcheck: healthcheckConfig(healthcheck) } : {}),
  };
}

function anonymousVolumes({ mounts = [] }: ContainerRecord): string[] {
  return mounts.flatMap((one) => (one.type === 'volume' && one.anonymous ? [one.target] : []));
}

/** How Go writes a set; those of the image are among them already. */
function setOf(key: string, names: readonly string[]): ConfigObject {
  return names.length > 0 ? { [key]: Object.fromEntries(names.map((name) => [name, {}])) } : {};
}
