/** What rows of the trees stand for, and what a command is handed when it is chosen there. Pure. */
import type { ContainerMount, ContainerPort, ContainerProcess, FileInfo } from '../../runtime-helper/protocol/types.ts';
import type { ChangeTree } from './change-tree.ts';
import { folderOf } from './file-places.ts';

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

export const isGroupNode = isNode<GroupNode>('group', 'key');
export const isContainerNode = isNode<ContainerNode>('container', 'id');
export const isImageNode = isNode<ImageNode>('image', 'id', 'reference');
export const isNetworkNode = isNode<NetworkNode>('network', 'name');
export const isEndpointNode = isNode<EndpointNode>('endpoint', 'network', 'id');
export const isVolumeNode = isNode<VolumeNode>('volume', 'name');
export const isPartNode = isNode<PartNode>('part', 'container', 'part');
export const isFileNode = isNode<FileNode>('file', 'container', 'path');
export const isChangeNode = isNode<ChangeNode>('change', 'container');

/** From the networks' view, or from below a container's row. */
export function asEndpoint(row: EndpointNode | PartNode): EndpointNode | undefined {
  if (row.kind === 'endpoint') return row;
  return row.part === 'network' ? { kind: 'endpoint', network: row.network, id: row.container } : undefined;
}

/** The folder of a container that a row stands for, or that a file's row is in; undefined: it has to do with none. */
export function folderOfRow(row: unknown): { container: string; folder: string } | undefined {
  if (isFileNode(row)) {
    const { container, path, file } = row;
    return { container, folder: file.kind === 'directory' ? path : folderOf(path) };
  }
  return isPartNode(row) && row.part === 'files' ? { container: row.container, folder: '/' } : undefined;
}

/** Commands are handed what other extensions and `executeCommand` say, too: `texts` are the fields that are looked at. */
function isNode<Node extends { kind: string }>(kind: Node['kind'], ...texts: (keyof Node)[]) {
  return (value: unknown): value is Node => {
    if (typeof value !== 'object' || value === null) return false;
    const node = value as Partial<Record<keyof Node, unknown>>;
    return node.kind === kind && texts.every((name) => typeof node[name] === 'string');
  };
}
