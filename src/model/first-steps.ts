/** Which steps of the walkthrough a person has made, wherever: by mouse, or on the command line. Pure. */
import {
  containerAttach,
  containerExec,
  containerExport,
  containerLogs,
  containerRun,
  imageImport,
  imageLoad,
  imagePull,
} from '../../runtime-helper/protocol/methods.ts';
import type { ContainerState, ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { isActive } from './container-words.ts';
import { Listeners, type Subscription } from './listeners.ts';

export type FirstStep = 'run' | 'detach' | 'logs' | 'stop' | 'attach' | 'export' | 'images' | 'remove';

/** Tells of each step once. */
export class FirstSteps {
  readonly #made = new Set<FirstStep>();
  readonly #listeners = new Listeners<FirstStep>();
  #before: Map<string, ContainerState> | undefined;

  onMade(listener: (step: FirstStep) => void): Subscription {
    return this.#listeners.add(listener);
  }

  made(step: FirstStep): void {
    if (this.#made.has(step)) return;
    this.#made.add(step);
    this.#listeners.fire(step);
  }

  /** Looks at what has become of the containers. The first look knows only what was there before. */
  look(containers: readonly ContainerSummary[]): void {
    const before = this.#before;
    this.#before = new Map(containers.map(({ id, state }) => [id, state]));
    if (before === undefined) return;
    for (const { id, state } of containers) {
      if (hasRun(state) && !hasRun(before.get(id))) this.made('run');
      if (state.status === 'exited' && state.stopped && isActiveState(before.get(id))) this.made('stop');
    }
    if ([...before.keys()].some((id) => !this.#before?.has(id))) this.made('remove');
  }

  /** Looks at a request of the window's that has succeeded. */
  succeeded(method: string, params: unknown): void {
    const step = requests[method]?.(params as Params);
    if (step !== undefined) this.made(step);
  }
}

type Params = { attach?: object; follow?: boolean };

const requests: Readonly<Record<string, (params: Params) => FirstStep | undefined>> = {
  [containerRun.method]: ({ attach }) => (attach === undefined ? 'detach' : undefined),
  // Problems are told with the last lines of a log, for which nobody has asked.
  [containerLogs.method]: ({ follow }) => (follow ? 'logs' : undefined),
  [containerAttach.method]: () => 'attach',
  [containerExec.method]: () => 'attach',
  [containerExport.method]: () => 'export',
  [imageImport.method]: () => 'images',
  [imageLoad.method]: () => 'images',
  [imagePull.method]: () => 'images',
};

const isActiveState = (state: ContainerState | undefined): boolean => state !== undefined && isActive(state);

const hasRun = (state: ContainerState | undefined): boolean => state !== undefined && state.status !== 'created';
