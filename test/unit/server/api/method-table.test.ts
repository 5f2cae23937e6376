import { describe, expect, it } from 'vitest';
import { MethodTable } from '../../../../server/api/method-table.js';

describe('MethodTable', () => {
  const table = new MethodTable();
  table.add('/', 'GET');
  table.add('/api/streams', ['POST', 'GET']);
  table.add('/api/streams', 'HEAD');
  table.add('/api/streams/:id', 'DELETE');
  table.add('/api/streams/:id/recordings/:file', 'GET');
  table.add('/streams/:id.mjpg', 'GET');
  table.add('/assets/*', 'GET');

  it.each([
    ['/', ['GET']],
    ['/api/streams', ['GET', 'HEAD', 'POST']],
    ['/api/streams/cam', ['DELETE']],
    ['/api/streams/cam/recordings/a.mkv', ['GET']],
    ['/streams/cam.mjpg', ['GET']],
    ['/assets/a/b.js', ['GET']],
    ['/api/streams/', []],
    ['/api/streams/a/b', []],
    ['/streams/camxmjpg', []],
    ['/nothing', []],
  ])('%s takes %j', (path, methods) => expect(table.methodsOf(path)).toEqual(methods));
});
