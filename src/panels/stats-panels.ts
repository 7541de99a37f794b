import { Uri, ViewColumn, window, type Disposable, type WebviewPanel } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { displayName } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { t } from '../model/l10n.ts';
import type { StatsState } from '../model/stats-messages.ts';
import type { Streams } from '../streams/streams.ts';
import { StatsPanel } from './stats-panel.ts';

const viewType = 'skiff.stats';

type Options = {
  extensionUri: Uri;
  client: Client;
  streams: Streams;
  containers: Containers;
  listed: () => Promise<void>;
  /** Told of what failed when nobody waited for it. */
  failed: (error: unknown) => void;
};

/** The panels with curves of what containers use, one for each container. */
export class StatsPanels {
  readonly #options: Options;
  readonly #panels = new Map<string, StatsPanel>();
  readonly #subscriptions: Disposable[];

  constructor(options: Options) {
    this.#options = options;
    this.#subscriptions = [
      options.containers.onChanged(() => this.#panels.forEach((panel) => panel.update())),
      // After a reload of the window.
      window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, state: StatsState | undefined) => {
          await options.listed().catch(options.failed);
          // Another one may have been opened meanwhile.
          if (state === undefined || this.#panels.has(state.id)) return void panel.dispose();
          return this.#adopt(state.id, panel);
        },
      }),
    ];
  }

  show(container: ContainerSummary): void {
    const shown = this.#panels.get(container.id);
    if (shown) return shown.reveal();
    const title = t('Stats: {0}', displayName(container));
    const panel = window.createWebviewPanel(viewType, title, ViewColumn.Active, {});
    return this.#adopt(container.id, panel);
  }

  helperReturned(): void {
    for (const panel of this.#panels.values()) panel.helperReturned();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const panel of this.#panels.values()) panel.dispose();
  }

  #adopt(id: string, panel: WebviewPanel): void {
    const { extensionUri } = this.#options;
    const icon = (theme: string): Uri => Uri.joinPath(extensionUri, 'media', theme, 'stats.svg');
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [Uri.joinPath(extensionUri, 'dist', 'webview')],
    };
    this.#panels.set(id, new StatsPanel(id, panel, this.#options));
    panel.onDidDispose(() => {
      this.#panels.get(id)?.dispose();
      this.#panels.delete(id);
    });
  }
}
