/** Wiring of what containers use, in their rows. */
import { workspace, type Disposable } from 'vscode';
import type { Client } from '../runtime-helper/client/client.ts';
import { usageDisplays, type Usages } from './model/usages.ts';
import type { Streams } from './streams/streams.ts';
import { UsageFeed } from './streams/usage-feed.ts';
import type { ContainersView } from './views/containers-view.ts';

const setting = 'skiff.containers.showUsage';

/** One stream for all rows, while they are in sight and are to say it. `helperReturned` is to be called with each helper that comes up. */
export function followUsage(
  parts: { client: Client; streams: Streams; usages: Usages; view: ContainersView },
  failed: (error: unknown) => void,
): { helperReturned: () => void; parts: Disposable[] } {
  const { client, streams, usages, view } = parts;
  const feed = new UsageFeed({ client, streams, measured: (line) => usages.measured(line), failed });
  const update = (): void => {
    const wanted = view.visible && usages.display !== 'off';
    if (!wanted) usages.forget();
    feed.want(wanted);
  };
  const readSetting = (): void => {
    const value = workspace.getConfiguration('skiff').get<string>('containers.showUsage');
    usages.setDisplay(usageDisplays.find((known) => known === value) ?? 'off');
    update();
  };
  readSetting();
  return {
    helperReturned: () => feed.helperReturned(),
    parts: [
      feed,
      view.onVisibilityChanged(update),
      workspace.onDidChangeConfiguration((change) => change.affectsConfiguration(setting) && readSetting()),
    ],
  };
}
