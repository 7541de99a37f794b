import { InputBoxValidationSeverity, type InputBoxValidationMessage, type QuickPickItem } from 'vscode';
import type { NetworkCreateParams } from '../../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../../model/clean-text.ts';
import { sentences } from '../../ui/plain-text.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { t, translated } from '../../model/l10n.ts';
import { askText } from '../../ui/ask-text.ts';
import { askChoices } from '../../ui/ask-choice.ts';

const internal: QuickPickItem = {
  label: t('Internal'),
  description: t('containers reach each other, and nothing else'),
};
const ipv6: QuickPickItem = { label: 'IPv6', description: t('also addresses of a unique local network') };

/** Asks for name, subnet and options; the engine says what is wrong with them while they are typed. */
export async function createNetwork(context: CommandContext): Promise<void> {
  const name = await askText({
    title: t('Create Network (1/3): Name'),
    prompt: t('Containers on it find each other by name.'),
    validateInput: (value) => (value === '' ? undefined : problemWith(context, { name: value })),
  });
  if (!name) return;
  const subnet = await askText({
    title: t('Create Network (2/3): Subnet'),
    prompt: t('Such as 10.20.0.0/24. Leave it empty for one that is free.'),
    validateInput: (value) => (value === '' ? undefined : problemWith(context, { name, subnets: [value] })),
  });
  if (subnet === undefined) return;
  const chosen = await askChoices([internal, ipv6], {
    title: t('Create Network (3/3): Options'),
    placeHolder: t('None is usual'),
  });
  if (!chosen) return;
  await attempt(context, t('create network {0}', cleanLine(name)), async () => {
    await context.client.createNetwork({
      name,
      ...(subnet === '' ? {} : { subnets: [subnet] }),
      internal: chosen.includes(internal),
      ipv6: chosen.includes(ipv6),
    });
  });
}

async function problemWith(
  context: CommandContext,
  params: NetworkCreateParams,
): Promise<InputBoxValidationMessage | undefined> {
  try {
    // Whether there will be IPv6 addresses is asked later.
    const { problem } = await context.client.checkNetwork({ ...params, ipv6: true });
    if (problem === undefined) return undefined;
    return {
      message: sentences(...problem.map(translated)),
      severity: InputBoxValidationSeverity.Error,
    };
  } catch (error) {
    // The request itself will say so; typing goes on.
    context.log.warn(String(error));
    return undefined;
  }
}
