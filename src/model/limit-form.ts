/** What a person has said so far of the limits of containers that exist. Pure. */
import { updateArguments } from '../../runtime-helper/protocol/update-arguments.ts';
import type { ContainerSummary, RunOptions, UpdateOptions } from '../../runtime-helper/protocol/types.ts';
import { lineOf, type RunForm } from './run-form.ts';
import { exactSize } from './sizes.ts';

export const limitSteps = ['memory', 'cpus', 'pidsLimit', 'restart'] as const;
export type LimitStep = (typeof limitSteps)[number];
/** As a person writes them. Empty: no limit any more; absent: it stays as it is. */
export type LimitForm = Partial<Record<LimitStep, string>>;

/** As `form` has it, else what all of these containers have now. Empty: no limit; absent: they differ. */
export function limitValue(
  step: LimitStep,
  form: LimitForm,
  containers: readonly ContainerSummary[],
): string | undefined {
  const said = form[step];
  if (said !== undefined) return said;
  const [first, ...others] = containers.map((container) => valuesNow(container)[step]);
  return others.every((other) => other === first) ? first : undefined;
}

function valuesNow({ limits, restart }: ContainerSummary): Record<LimitStep, string> {
  const { memory, cpus, pidsLimit } = limits;
  return {
    memory: memory === undefined ? '' : exactSize(memory),
    cpus: cpus?.toString() ?? '',
    pidsLimit: pidsLimit?.toString() ?? '',
    restart: restart ?? '',
  };
}

/** The same as options of a new container, whose steps ask for them. */
export function asRunForm(step: LimitStep, value: string | undefined): RunForm {
  const option = step === 'pidsLimit' ? Number(value) : value;
  const options = { image: '', ...(value ? { [step]: option } : {}) } as RunOptions;
  return { options, place: 'background' };
}

/** What is to be changed; nothing that stays as it is. */
export function limitChanges(form: LimitForm, containers: readonly ContainerSummary[]): UpdateOptions {
  const changed = ([step, value]: [string, string]): boolean => limitValue(step as LimitStep, {}, containers) !== value;
  return Object.fromEntries(Object.entries(form).filter(changed).map(asOption)) as UpdateOptions;
}

const asOption = ([step, value]: [string, string]): [string, string | number] => {
  if (step === 'pidsLimit') return [step, Number(value)];
  return [step, value || (step === 'restart' ? 'no' : '0')];
};

/** The line that does the same in a terminal. */
export function updateLine(changes: UpdateOptions, names: readonly string[]): string {
  return lineOf(['skiff', ...updateArguments(changes), ...names]);
}
