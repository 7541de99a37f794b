import { asEndpoint, isEndpointNode, isPartNode, type EndpointNode, type PartNode } from '../../model/nodes.ts';
import { chosenRows } from '../chosen-rows.ts';

const isOne = (value: unknown): value is EndpointNode | PartNode => isEndpointNode(value) || isPartNode(value);

/** Containers on networks that a command was chosen on; undefined: nobody knows any more which they were, and that was told. */
export function chosenEndpoints(args: readonly unknown[]): EndpointNode[] | undefined {
  return chosenRows(args, isOne)?.flatMap((row) => asEndpoint(row) ?? []);
}
