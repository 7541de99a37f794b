import { TerminalProfile, window, type Disposable } from 'vscode';
import type { Containers } from '../model/containers.ts';
import { pickContainer } from '../ui/pick-container.ts';
import type { Terminals } from './terminals.ts';
import { t } from '../model/l10n.ts';

type Parts = {
  containers: Containers;
  terminals: Terminals;
  /** Resolves when the containers have been listed. */
  listed: () => Promise<void>;
  failed: (error: unknown) => void;
};

/** "Container…" among the profiles of new terminals: a shell in a container that runs. */
export function offerProfile({ containers, terminals, listed, failed }: Parts): Disposable {
  return window.registerTerminalProfileProvider('skiff.container', {
    provideTerminalProfile: async () => {
      await listed();
      const running = containers.all.filter(({ state }) => state.status === 'running');
      if (running.length === 0) void window.showInformationMessage(t('No container is running.'));
      const container = running.length === 0 ? undefined : await pickContainer(running, t('Open Shell in Container'));
      return container && new TerminalProfile(terminals.shellOptions(container, failed));
    },
  });
}
