// A reporter of node:test that writes a JSON line for each test that begins and one for each that ended, for .ci/test-files.mjs.
import { inspect } from 'node:util';

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === 'test:dequeue' && data.type === 'test')
      yield `${JSON.stringify({ name: data.name, status: 'begun' })}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { name, file, line, details, skip, todo } = data;
    const why = details.error?.failureType;
    // A suite, and a test that failed because of tests in it, only repeat what these say; but what is done after a suite has no other voice.
    if ((details.type === 'suite' && why !== 'hookFailed') || why === 'subtestsFailed') continue;
    const status =
      type === 'test:fail' ? (todo === undefined ? 'failed' : 'skipped') : skip === undefined ? 'passed' : 'skipped';
    const reason = typeof skip === 'string' ? skip : '';
    const error = status === 'failed' ? inspect(details.error?.cause ?? details.error, { depth: 6 }) : undefined;
    yield `${JSON.stringify({ name, file, line, status, reason, error, milliseconds: Math.round(details.duration_ms) })}\n`;
  }
}
