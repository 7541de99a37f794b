import { env, Uri, window, type Disposable, type TerminalLink, type TerminalLinkProvider } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { ownAddresses } from '../model/addresses.ts';
import { portAddress } from '../model/container-parts.ts';
import type { Containers } from '../model/containers.ts';
import { t } from '../model/l10n.ts';
import { FileLinks } from './file-links.ts';
import type { Terminals } from './terminals.ts';

type Link = TerminalLink & { open: () => PromiseLike<unknown> };
type Failed = (error: unknown) => void;

/** Makes `http://localhost:3000` and `/app/x.py:12` in a container's terminal lead to the container, and not to this machine. */
export function offerLinks(client: Client, containers: Containers, terminals: Terminals, failed: Failed): Disposable {
  const files = new FileLinks(client);
  const provider: TerminalLinkProvider<Link> = {
    provideTerminalLinks: async ({ line, terminal }) => {
      const id = terminals.containerOf(terminal);
      const container = id === undefined ? undefined : containers.get(id);
      if (!container) return [];
      const ports = container.state.status === 'running' ? portLinks(line, container) : [];
      return [...ports, ...(await files.in(line, container))];
    },
    handleTerminalLink: ({ open }) => {
      open().then(undefined, failed);
    },
  };
  return window.registerTerminalLinkProvider(provider);
}

function portLinks(line: string, container: ContainerSummary): Link[] {
  return ownAddresses(line).flatMap(({ start, length, scheme, port, path }) => {
    const host = reachable(container, port);
    if (host === undefined) return [];
    const uri = Uri.parse(`${scheme}://${host}${path}`, true);
    const tooltip = t('Open port {0} of the container, {1}', port, host);
    return [{ startIndex: start, length, tooltip, open: () => env.openExternal(uri) }];
  });
}

/** By the port that it is published on, which VS Code forwards from a machine far away; else by the container's own address. */
function reachable({ ports, ipAddress }: ContainerSummary, port: number): string | undefined {
  const published = ports.find((one) => one.port === port && one.protocol === 'tcp' && one.hostPort !== undefined);
  if (published) return portAddress(published);
  return ipAddress === undefined ? undefined : `${ipAddress}:${port}`;
}
