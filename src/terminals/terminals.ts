import {
  commands,
  ThemeColor,
  ThemeIcon,
  window,
  type ExtensionTerminalOptions,
  type Memento,
  type Terminal,
} from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary, RunParams } from '../../runtime-helper/protocol/types.ts';
import { Listeners, type Subscription } from '../model/listeners.ts';
import { Sources, type Onto } from './sources.ts';
import { StreamTerminal } from './stream-terminal.ts';
import type { Streams } from '../streams/streams.ts';
import { TerminalMemory } from './terminal-memory.ts';

type Failed = (error: unknown) => void;
type Find = (id: string) => ContainerSummary | undefined;
type Shown = { pty: StreamTerminal; onto: Onto };

/** In which a panel's own terminal comes, after a window has come back. */
const panelMs = 3000;

/** Opens terminals onto containers, and brings them back when the helper or the window was started again. */
export class Terminals {
  readonly #client: Client;
  readonly #streams: Streams;
  readonly #sources: Sources;
  readonly #memory: TerminalMemory;
  readonly #open = new Map<StreamTerminal, Onto>();
  readonly #detached = new Listeners<string>();
  readonly #subscriptions = [
    window.onDidOpenTerminal(() => this.#memory.sawOthers(this.#others.length > 0)),
    window.onDidCloseTerminal((terminal) => {
      this.#closed(this.#find(terminal)?.pty);
      this.#memory.sawOthers(this.#others.length > 0);
    }),
    // The menus of terminals offer to detach from ours.
    window.onDidChangeActiveTerminal((terminal) => {
      void commands.executeCommand('setContext', 'skiff.terminal', this.#find(terminal) !== undefined);
    }),
  ];

  constructor(client: Client, streams: Streams, memory: Memento) {
    this.#client = client;
    this.#streams = streams;
    this.#sources = new Sources(client, memory);
    this.#memory = new TerminalMemory(memory);
  }

  run(params: RunParams, failed: Failed): void {
    this.#show(this.#sources.run(params), failed);
  }

  attach(container: ContainerSummary, failed: Failed): void {
    this.#show(this.#sources.attached(container), failed);
  }

  shell(container: ContainerSummary, failed: Failed): void {
    this.#show(this.#sources.shell(container), failed);
  }

  command(container: ContainerSummary, command: readonly string[], failed: Failed): void {
    this.#show(this.#sources.command(container, command), failed);
  }

  log(container: ContainerSummary, failed: Failed): void {
    this.#show(this.#sources.log(container), failed);
  }

  /** A shell for VS Code's own list of profiles. VS Code makes the terminal of it, but opens no panel when that is closed. */
  shellOptions(container: ContainerSummary, failed: Failed): ExtensionTerminalOptions {
    const options = this.#options(this.#sources.shell(container), failed);
    const opened = window.onDidOpenTerminal((terminal) => {
      if (!('pty' in terminal.creationOptions) || terminal.creationOptions.pty !== options.pty) return;
      opened.dispose();
      terminal.show();
    });
    return options;
  }

  /** Opens again what the window had open before, if it still runs. The focus stays where it is. `listed` brings the containers. */
  async restore(listed: () => Promise<void>, find: Find, failed: Failed): Promise<void> {
    const { remembered, hadOthers } = this.#memory.take();
    if (remembered.length === 0) return;
    await listed();
    for (const { container: id, session } of remembered) {
      const container = find(id);
      if (container?.state.status !== 'running') continue;
      const onto = session === undefined ? this.#sources.attached(container) : this.#sources.shell(container, session);
      this.#show(onto, failed, { keepsFocus: true });
    }
    if (this.#open.size > 0 && !hadOthers) this.#endUnasked();
  }

  /** Closes a terminal and lets its process go on. False: it is no terminal of ours. */
  detach(terminal: Terminal | undefined): boolean {
    const shown = this.#find(terminal);
    shown?.pty.detach();
    this.#left(shown?.onto);
    return shown !== undefined;
  }

  /** Called with a container's id whenever a person closes a terminal onto its PID 1. */
  onDetached(listener: (id: string) => void): Subscription {
    return this.#detached.add(listener);
  }

  /** The id of the container that a terminal shows; absent: none. */
  containerOf(terminal: Terminal | undefined): string | undefined {
    return this.#find(terminal)?.onto.container();
  }

  helperReturned(): void {
    for (const pty of this.#open.keys()) pty.helperReturned();
  }

  /** The window goes: what closes from now on was not closed by a person. */
  dispose(): void {
    this.#memory.end();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /**
   * A panel that comes up with no terminal in it makes one, before ours can be back or a moment later. Where the window had
   * none but ours, that is nobody's wish.
   */
  #endUnasked(): void {
    const unasked = this.#others.filter(isUnasked);
    for (const terminal of unasked) terminal.dispose();
    if (unasked.length > 0) return;
    const late = window.onDidOpenTerminal((terminal) => {
      if (this.#find(terminal) || !isUnasked(terminal)) return;
      late.dispose();
      terminal.dispose();
    });
    setTimeout(() => void late.dispose(), panelMs).unref();
    this.#subscriptions.push(late);
  }

  get #others(): Terminal[] {
    return window.terminals.filter((terminal) => !this.#find(terminal));
  }

  #show(onto: Onto, failed: Failed, { keepsFocus = false } = {}): void {
    window.createTerminal(this.#options(onto, failed)).show(keepsFocus);
  }

  #options(onto: Onto, failed: Failed): ExtensionTerminalOptions {
    const { name, icon, source } = onto;
    const pty: StreamTerminal = new StreamTerminal(this.#client, this.#streams, {
      ...source,
      open: async (size) => {
        const opened = await source.open(size);
        const what = onto.remember();
        if (what && this.#open.has(pty)) this.#memory.opened(pty, what);
        return opened;
      },
      failed,
      closed: () => this.#left(onto),
    });
    this.#open.set(pty, onto);
    pty.onDidClose(() => this.#closed(pty));
    return { name, pty, iconPath: new ThemeIcon(icon), color: new ThemeColor('terminal.ansiBlue') };
  }

  #find(terminal: Terminal | undefined): Shown | undefined {
    for (const [pty, onto] of this.#open)
      if (terminal && 'pty' in terminal.creationOptions && terminal.creationOptions.pty === pty) return { pty, onto };
    return undefined;
  }

  #left(onto: Onto | undefined): void {
    const id = onto?.container();
    // A shell ends with its terminal, and a log was only looked at.
    if (id !== undefined && onto?.source.reopen && !onto.source.hangUp) this.#detached.fire(id);
  }

  #closed(pty: StreamTerminal | undefined): void {
    if (!pty) return;
    this.#open.delete(pty);
    this.#memory.closed(pty);
  }
}

function isUnasked({ creationOptions, state }: Terminal): boolean {
  return !('pty' in creationOptions) && creationOptions.name === undefined && !state.isInteractedWith;
}
