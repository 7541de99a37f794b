import { volumeUses } from '../../container/event-uses.ts';
import { networkArguments } from '../../container/directives.ts';
import type { ContainerRecord } from '../../container/record.ts';
import type { Parts } from '../containers/parts.ts';
import { writeNextNetworks as writeLines, writeUses } from '../containers/run-files.ts';
import { networkUses, withGateway } from './start.ts';

/** When the policy starts the container again, it is on the networks that it is on now; and at its end it leaves these. */
export function writeNextNetworks(parts: Parts, record: ContainerRecord): void {
  const held = parts.networks.held(record);
  const way = held.find(({ network }) => !network.internal);
  const lines = held.map((one) => networkArguments(one === way ? withGateway(one) : one.directive));
  writeLines(parts, record.id, lines);
  writeUses(parts, record.id, [...networkUses(parts, record, held), ...volumeUses(record)]);
}
