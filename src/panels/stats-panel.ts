import type { Uri, WebviewPanel } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerState } from '../../runtime-helper/protocol/types.ts';
import { displayName, shortId } from '../model/container-words.ts';
import type { Containers } from '../model/containers.ts';
import { t } from '../model/l10n.ts';
import type { StatsMessage, StatsReply, StatsStatus, StatsWords } from '../model/stats-messages.ts';
import { UsageHistory } from '../model/usage.ts';
import type { Streams } from '../streams/streams.ts';
import { UsageFeed } from '../streams/usage-feed.ts';
import { webviewPage } from './webview-page.ts';

type Options = {
  extensionUri: Uri;
  client: Client;
  streams: Streams;
  containers: Containers;
  failed: (error: unknown) => void;
};

/** Curves of what one container uses. Measured while they are in sight and the container runs. */
export class StatsPanel {
  readonly #id: string;
  readonly #panel: WebviewPanel;
  readonly #containers: Containers;
  readonly #feed: UsageFeed;
  readonly #history = new UsageHistory();
  /** The page is there. It is made anew each time that it comes into sight. */
  #ready = false;
  #title = '';
  #status = '';

  constructor(id: string, panel: WebviewPanel, { extensionUri, client, streams, containers, failed }: Options) {
    this.#id = id;
    this.#panel = panel;
    this.#containers = containers;
    this.#feed = new UsageFeed({
      client,
      streams,
      ids: [id],
      failed,
      measured: ({ takenAt, usages }) => {
        const [usage] = usages;
        const point = usage && this.#history.add(usage, takenAt);
        if (point) this.#tell({ kind: 'point', point });
      },
    });
    panel.webview.onDidReceiveMessage(({ kind }: StatsReply) => kind === 'ready' && this.#begin());
    panel.onDidChangeViewState(() => this.#visibilityChanged());
    panel.webview.html = webviewPage(panel.webview, extensionUri, 'stats', panel.title);
    this.update();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** The containers have changed. */
  update(): void {
    const container = this.#containers.get(this.#id);
    this.#title = container ? displayName(container) : shortId({ id: this.#id });
    const title = t('Stats: {0}', this.#title);
    if (this.#panel.title !== title) this.#panel.title = title;
    const { text, live } = this.#describe();
    if (!live) this.#history.interrupt();
    this.#feed.want(live && this.#panel.visible);
    if (this.#status === text) return;
    this.#status = text;
    this.#tell({ kind: 'status', status: { text, live } });
  }

  helperReturned(): void {
    this.#history.interrupt();
    this.#feed.helperReturned();
  }

  dispose(): void {
    this.#feed.dispose();
  }

  #visibilityChanged(): void {
    if (!this.#panel.visible) {
      this.#ready = false;
      this.#history.interrupt();
    }
    this.update();
  }

  #begin(): void {
    this.#ready = true;
    this.#tell({
      kind: 'begin',
      id: this.#id,
      title: this.#title,
      words: words(),
      status: this.#describe(),
      points: this.#history.points,
    });
  }

  /** Without what goes on by itself: it is told once. */
  #describe(): StatsStatus {
    const container = this.#containers.get(this.#id);
    if (!container) return { text: t('This container is no longer there.'), live: false };
    return { text: describeLife(container.state), live: isMeasured(container.state) };
  }

  #tell(message: StatsMessage): void {
    // A page that is gone has nothing to be told.
    if (this.#ready) this.#panel.webview.postMessage(message).then(undefined, () => undefined);
  }
}

function isMeasured({ status }: ContainerState): boolean {
  return status === 'running' || status === 'paused';
}

function describeLife(state: ContainerState): string {
  switch (state.status) {
    case 'running':
      return t('Running');
    case 'paused':
      return t('Paused');
    case 'restarting':
      return t('Restarting');
    case 'created':
      return t('Not started yet');
    case 'exited':
      return t('Stopped, exit code {0}', state.exitCode);
    case 'dead':
      return t('Dead');
  }
}

function words(): StatsWords {
  return {
    cpu: t('CPU'),
    memory: t('Memory'),
    network: t('Network'),
    disk: t('Block I/O'),
    received: t('Received'),
    sent: t('Sent'),
    read: t('Read'),
    written: t('Written'),
    processes: t('Processes'),
    now: t('Now'),
    average: t('Average'),
    highest: t('Highest'),
    measure: t('Measure'),
    limit: t('{0} of {1}'),
    summary: t('The last two minutes'),
    chart: t('{0} in the last two minutes. The left and right arrow keys go from one moment to another.'),
    waiting: t('Measuring…'),
  };
}
