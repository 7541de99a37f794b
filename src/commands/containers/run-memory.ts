import type { Memento } from 'vscode';
import { emptyForm, withOption, type RunForm } from '../../model/run-form.ts';

const key = 'skiff.runs';
const mostForms = 30;

/** How images were run last in this workspace, the latest first. */
export function recentForms(memory: Memento): RunForm[] {
  return memory.get<RunForm[]>(key) ?? [];
}

export function lastForm(memory: Memento, image: string): RunForm {
  return recentForms(memory).find(({ options }) => options.image === image) ?? emptyForm(image);
}

/** But for the name: another container can't have it. */
export async function rememberForm(memory: Memento, form: RunForm): Promise<void> {
  const others = recentForms(memory).filter(({ options }) => options.image !== form.options.image);
  await memory.update(key, [withOption(form, 'name', undefined), ...others].slice(0, mostForms));
}
