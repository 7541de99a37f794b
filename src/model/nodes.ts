import type { ContainerMount, ContainerPort, ContainerProcess, FileInfo } from '../../runtime-helper/protocol/types.ts';
import type { ChangeTree } from './change-tree.ts';

/** What a row of a tree stands for, and what a command is handed when it is chosen there. */
/** A heading over containers; `key` is its group's. */
export type GroupNode = { kind: 'group'; key: string };
export type ContainerNode = { kind: 'container'; id: string };
export type VolumeNode = { kind: 'volume'; name: string };
/** What lies below a container. */
export type PartNode = { kind: 'part'; container: string } & (
  | { part: 'port'; port: ContainerPort }
  | { part: 'mount'; mount: ContainerMount }
  | { part: 'network'; network: string }
  | { part: 'processes' }
  | ({ part: 'process' } & ContainerProcess)
  | { part: 'files' }
  | { part: 'changes' }
  /** Why there is nothing below a heading. */
  | { part: 'note'; text: string }
);
/** A file or folder of a container. */
export type FileNode = { kind: 'file'; container: string; path: string; file: FileInfo };
/** What a container has changed of its image. */
export type ChangeNode = { kind: 'change'; container: string; change: ChangeTree };
/** An image under one of its names, or under its id alone. `reference` is what requests call it by. */
export type ImageNode = { kind: 'image'; id: string; reference: string };
export type RepositoryNode = { kind: 'repository'; name: string };

export type NetworkNode = { kind: 'network'; name: string };
/** A container on a network. */
export type EndpointNode = { kind: 'endpoint'; network: string; id: string };

export function isContainerNode(value: unknown): value is ContainerNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'container' &&
    'id' in value &&
    typeof value.id === 'string'
  );
}

export function isImageNode(value: unknown): value is ImageNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'image' &&
    'id' in value &&
    typeof value.id === 'string' &&
    'reference' in value &&
    typeof value.reference === 'string'
  );
}

export function isNetworkNode(value: unknown): value is NetworkNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'network' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}

export function isEndpointNode(value: unknown): value is EndpointNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'endpoint' &&
    'network' in value &&
    typeof value.network === 'string' &&
    'id' in value &&
    typeof value.id === 'string'
  );
}

export function isPartNode(value: unknown): value is PartNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'part' && 'part' in value;
}

export function isFileNode(value: unknown): value is FileNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'file' && 'path' in value;
}

export function isChangeNode(value: unknown): value is ChangeNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'change' && 'change' in value;
}

export function isVolumeNode(value: unknown): value is VolumeNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'volume' && 'name' in value;
}
