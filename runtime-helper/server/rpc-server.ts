export function serveRpc(): void { throw new Error('not built yet'); }
