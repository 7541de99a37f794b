/** Docker's documents about containers and images, with what we know: a field that would be a guess is left out. */
import type { ImageDescription } from '../engine/index.ts';
import { containerDocument, type Inspected } from './inspect-container.ts';
import { networkSettings } from './inspect-network.ts';

/** Go's zero time, which Docker shows for what has not happened. */
const never = '0001-01-01T00:00:00Z';

export function inspectContainer(inspected: Inspected): object {
  return {
    ...containerDocument(inspected),
    NetworkSettings: networkSettings(inspected.container),
  };
}

/** moby, api/types/image: InspectResponse. */
export function inspectImage(image: ImageDescription): object {
  const { id, references, digests, comment, createdAt, dockerVersion, author, layers, size, variant } = image;
  const [top, ...below] = layers.map(({ path }) => path).toReversed();
  return {
    Id: id,
    RepoTags: references,
    RepoDigests: digests,
    Parent: '',
    Comment: comment,
    ...(createdAt === undefined ? {} : { Created: createdAt }),
    DockerVersion: dockerVersion,
    Author: author,
    Config: { ...emptyConfig, ...image.config },
    Architecture: image.architecture,
    ...(variant === undefined ? {} : { Variant: variant }),
    Os: image.os,
    Size: size,
    GraphDriver: {
      Data: {
        ...(below.length > 0 ? { LowerDir: below.join(':') } : {}),
        ...(top === undefined ? {} : { UpperDir: top }),
      },
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: layers.map(({ diffId }) => diffId) },
    Metadata: { LastTagTime: never },
  };
}

/** What Docker shows of a config that says nothing. */
const emptyConfig = {
  Hostname: '',
  Domainname: '',
  User: '',
  AttachStdin: false,
  AttachStdout: false,
  AttachStderr: false,
  Tty: false,
  OpenStdin: false,
  StdinOnce: false,
  Env: null,
  Cmd: null,
  Image: '',
  Volumes: null,
  WorkingDir: '',
  Entrypoint: null,
  OnBuild: null,
  Labels: null,
};
