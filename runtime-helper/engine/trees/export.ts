import { writeTar } from '../../archive/tar-writer.ts';
import type { Operation } from '../../lib/operation.ts';
import type { Parts } from '../containers/parts.ts';
import { openTree } from './open.ts';

export async function* exportContainer(
  parts: Parts,
  id: string,
  operation: Operation,
): AsyncGenerator<Uint8Array, void, undefined> {
  const record = parts.catalog.record(id);
  const tree = await openTree(parts, record, { view: 'bare' });
  try {
    for await (const chunk of writeTar(tree.walk(Buffer.from('/')))) {
      operation.signal.throwIfAborted();
      yield chunk;
    }
  } finally {
    await tree.close();
  }
  parts.journal.note('export', record);
}
