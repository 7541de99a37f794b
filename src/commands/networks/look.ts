import { env } from 'vscode';
import { showJson } from '../../ui/show-json.ts';
import { attempt } from '../attempt.ts';
import { chosenNetworks } from './chosen-networks.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

/** Shows what is known of networks. */
export async function inspectNetwork(context: CommandContext, ...args: unknown[]): Promise<void> {
  const networks = await chosenNetworks(context, args, {
    title: t('Inspect Network'),
    none: t('There is no network.'),
  });
  for (const { name } of networks) {
    await attempt(context, t('inspect network {0}', name), async () => {
      const { document } = await context.client.inspectNetwork({ network: name });
      await showJson(context.documents, `network_${name}`, document, { preview: networks.length === 1 });
    });
  }
}

/** Of containers on a network: their addresses there, one a line. */
export async function copyNetworkAddress(context: CommandContext, ...args: unknown[]): Promise<void> {
  const nodes = chosenEndpoints(args) ?? [];
  await attempt(context, t('copy addresses'), async () => {
    const { networks } = await context.client.listNetworks();
    const addresses = nodes.flatMap(({ network, id }) => {
      const members = networks.find(({ name }) => name === network)?.containers ?? [];
      return members.find((member) => member.id === id)?.ipv4 ?? [];
    });
    if (addresses.length > 0) await env.clipboard.writeText(addresses.join('\n'));
  });
}
