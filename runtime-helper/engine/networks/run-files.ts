import { networkArguments } from '../../container/directives.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { Parts } from '../containers/parts.ts';
import { writeNextNetworks as writeLines } from '../containers/run-files.ts';
import { withGateway } from './start.ts';

/** When the policy starts the container again, it is on the networks that it is on now. */
export function writeNextNetworks(parts: Parts, record: ContainerRecord): void {
  const held = parts.networks.held(record);
  const way = held.find(({ network }) => !network.internal);
  const lines = held.map((one) => networkArguments(one === way ? withGateway(one) : one.directive));
  writeLines(parts, record.id, lines);
}
