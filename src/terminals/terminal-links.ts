import { env, Uri, window, type Disposable, type TerminalLink, type TerminalLinkProvider } from 'vscode';
import { ownAddresses } from '../model/addresses.ts';
import type { Containers } from '../model/containers.ts';
import type { Terminals } from './terminals.ts';

type Link = TerminalLink & { uri: string };

/** Makes `http://localhost:3000` in a container's terminal lead to the container, whose localhost it is, and not to this machine. */
export function offerLinks(containers: Containers, terminals: Terminals): Disposable {
  const provider: TerminalLinkProvider<Link> = {
    provideTerminalLinks: ({ line, terminal }) => {
      const id = terminals.containerOf(terminal);
      const container = id === undefined ? undefined : containers.get(id);
      if (container?.ipAddress === undefined) return [];
      const { ipAddress } = container;
      return ownAddresses(line).map(({ start, length, scheme, port, path }) => ({
        startIndex: start,
        length,
        tooltip: `Open port ${port} of the container`,
        uri: `${scheme}://${ipAddress}:${port}${path}`,
      }));
    },
    handleTerminalLink: async ({ uri }) => {
      await env.openExternal(Uri.parse(uri, true));
    },
  };
  return window.registerTerminalLinkProvider(provider);
}
