import type { Memento } from 'vscode';

const key = 'skiff.pulledImages';
const most = 20;

/** References of images that were pulled here, the latest first. */
export function recentPulls(memory: Memento): string[] {
  return memory.get<string[]>(key, []);
}

export async function rememberPull(memory: Memento, reference: string): Promise<void> {
  const others = recentPulls(memory).filter((one) => one !== reference);
  await memory.update(key, [reference, ...others].slice(0, most));
}
