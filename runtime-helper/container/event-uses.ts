import type { ContainerRecord } from './record.ts';

/** A network or volume of a container's, and what the journal says of it when a life of the container begins and ends. */
export type EventUse = {
  type: 'network' | 'volume';
  /** A network's id, a volume's name. */
  id: string;
  begin: { action: string; attributes: Record<string, string> };
  end: { action: string; attributes: Record<string, string> };
};

type UsedNetwork = { id: string; name: string; driver: 'bridge' | 'host' | 'null' };

/** As Docker's. */
export function networkUse(container: string, { id, name, driver }: UsedNetwork): EventUse {
  const attributes = { container, name, type: driver };
  return { type: 'network', id, begin: { action: 'connect', attributes }, end: { action: 'disconnect', attributes } };
}

/** Mounts of volumes; a volume is named as often as it is mounted. */
export function volumeUses({ id: container, mounts = [] }: Pick<ContainerRecord, 'id' | 'mounts'>): EventUse[] {
  return mounts.flatMap((mount): EventUse[] => {
    if (mount.type !== 'volume') return [];
    const who = { container, driver: 'local' };
    const how = { destination: mount.target, propagation: '', 'read/write': String(!mount.readonly) };
    const [begin, end] = [
      { action: 'mount', attributes: { ...who, ...how } },
      { action: 'unmount', attributes: who },
    ];
    return [{ type: 'volume', id: mount.name, begin, end }];
  });
}

/** The arguments of the directive `event-use`; none of them has a tab or the end of a line. */
export function useArguments({ type, id, begin, end }: EventUse): string[] {
  return [type, id, ...[begin, end].flatMap(({ action, attributes }) => [action, members(attributes)])];
}

/** An object's members without its braces. */
export function members(attributes: Record<string, string>): string {
  return JSON.stringify(attributes).slice(1, -1);
}
