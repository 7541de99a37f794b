import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { t } from './l10n.ts';

/** Why a name can't be given, in words; absent: it can. `own`: the id of the container that is to get it, if there is one already. */
export function nameProblem(name: string, containers: readonly ContainerSummary[], own?: string): string | undefined {
  if (name === '') return t('A container has a name.');
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name))
    return t(
      'A name has at least two letters, digits, underscores, dots and dashes, and begins with a letter or digit.',
    );
  const owner = containers.find((container) => container.name === name);
  return owner && owner.id !== own ? t('Another container has this name.') : undefined;
}
