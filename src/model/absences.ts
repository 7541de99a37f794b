/** What there is none of: what would be done with it can't work. Pure. */
import type { ContainerSummary, NetworkSummary } from '../../runtime-helper/protocol/types.ts';
import { publishedPorts } from './container-parts.ts';
import { isActive } from './container-words.ts';

/** Each by what one must be like, as the commands ask for it. */
const containerKinds = {
  containers: () => true,
  running: ({ state }) => state.status === 'running',
  paused: ({ state }) => state.status === 'paused',
  /** With processes, or soon with some again. */
  active: ({ state }) => isActive(state),
  /** With processes now. */
  measured: ({ state }) => state.status === 'running' || state.status === 'paused',
  stopped: ({ state }) => state.status === 'created' || state.status === 'exited',
  addresses: ({ ipAddress }) => ipAddress !== undefined,
  ports: (container) => publishedPorts(container).length > 0,
} satisfies Record<string, (container: ContainerSummary) => boolean>;

const networkKinds = {
  ownNetworks: ({ predefined }) => !predefined,
  joinedNetworks: ({ driver, containers }) => driver === 'bridge' && containers.length > 0,
} satisfies Record<string, (network: NetworkSummary) => boolean>;

export type Absence = keyof typeof containerKinds | keyof typeof networkKinds | 'images' | 'volumes';

/** True: there is none of that kind. */
export type Absences = Partial<Record<Absence, boolean>>;

export const absentContainers = (all: readonly ContainerSummary[]): Absences => lacking(containerKinds, all);

export const absentNetworks = (all: readonly NetworkSummary[]): Absences => lacking(networkKinds, all);

function lacking<Thing>(kinds: Record<string, (thing: Thing) => boolean>, all: readonly Thing[]): Absences {
  return Object.fromEntries(Object.entries(kinds).map(([kind, fits]) => [kind, !all.some(fits)]));
}
