import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { displayName } from '../model/container-words.ts';
import { withViewProgress } from '../ui/view-progress.ts';
import { attempt } from './attempt.ts';
import type { CommandContext } from './context.ts';

/** Does something to several containers side by side; `verb` as in "Could not stop web". */
export async function eachContainer(
  context: CommandContext,
  containers: readonly ContainerSummary[],
  verb: string,
  action: (container: ContainerSummary) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    containers.map((container) =>
      attempt(context, `${verb} ${displayName(container)}`, () =>
        withViewProgress(async () => void (await action(container))),
      ),
    ),
  );
}
