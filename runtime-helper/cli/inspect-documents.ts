/** Docker's documents about containers and images, with what we know: a field that would be a guess is left out. */
import type { ImageDescription } from '../engine/index.ts';
import { containerDocument, never, type Inspected } from './inspect-container.ts';
import { networkSettings } from './inspect-network.ts';
import { asMap, nilList, nilMap } from './template/values.ts';

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
    RepoTags: references.toSorted(),
    RepoDigests: digests,
    Parent: '',
    Comment: comment,
    ...(createdAt === undefined ? {} : { Created: createdAt }),
    DockerVersion: dockerVersion,
    Author: author,
    Config: imageConfig(image.config),
    Architecture: image.architecture,
    ...(variant === undefined ? {} : { Variant: variant }),
    Os: image.os,
    Size: size,
    GraphDriver: {
      Data: asMap({
        ...(below.length > 0 ? { LowerDir: below.join(':') } : {}),
        ...(top === undefined ? {} : { UpperDir: top }),
      }),
      Name: 'overlay2',
    },
    RootFS: { Type: 'layers', Layers: layers.map(({ diffId }) => diffId) },
    Metadata: { LastTagTime: never },
  };
}

/** An image's own nulls are nils like those of one that says nothing. */
function imageConfig(config: ImageDescription['config']): object {
  const said = Object.entries(config).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of said) if (['ExposedPorts', 'Labels', 'Volumes'].includes(name)) asMap(value as object);
  return { ...emptyConfig, ...Object.fromEntries(said) };
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
  Env: nilList,
  Cmd: nilList,
  Image: '',
  Volumes: nilMap,
  WorkingDir: '',
  Entrypoint: nilList,
  OnBuild: nilList,
  Labels: nilMap,
};
