// A reporter of node:test that writes one JSON line for each test that ended, for .ci/test-files.mjs.
import { inspect } from 'node:util';

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { name, file, line, details, skip, todo } = data;
    // A suite, and a test that failed because of tests in it, only repeat what these say.
    if (details.type === 'suite' || details.error?.failureType === 'subtestsFailed') continue;
    const status =
      type === 'test:fail' ? (todo === undefined ? 'failed' : 'skipped') : skip === undefined ? 'passed' : 'skipped';
    const reason = typeof skip === 'string' ? skip : '';
    const error = status === 'failed' ? inspect(details.error?.cause ?? details.error, { depth: 6 }) : undefined;
    yield `${JSON.stringify({ name, file, line, status, reason, error, milliseconds: Math.round(details.duration_ms) })}\n`;
  }
}
