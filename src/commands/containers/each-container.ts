import type { ContainerSummary } from '../../../runtime-helper/protocol/types.ts';
import { displayName } from '../../model/container-words.ts';
import { withViewProgress } from '../../ui/view-progress.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';

/** Does something to several containers side by side; `what` as in "Could not stop web". */
export async function eachContainer(
  context: CommandContext,
  containers: readonly ContainerSummary[],
  what: (name: string) => string,
  action: (container: ContainerSummary) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    containers.map((container) =>
      attempt(context, what(displayName(container)), () =>
        withViewProgress(async () => void (await action(container))),
      ),
    ),
  );
}
