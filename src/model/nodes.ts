/** What a row of a tree stands for, and what a command is handed when it is chosen there. */
export type ContainerNode = { kind: 'container'; id: string };

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
