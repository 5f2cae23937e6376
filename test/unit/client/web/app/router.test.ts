import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Route, formatRoute, parseRoute, withoutDialog } from '../../../../../client/web/app/model/router.js';
import { isPrintable } from '../../../../../shared/protocol/printable.js';

/** As a device may be called, without white space at its ends. */
const deviceName = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((name) => isPrintable(name) && name.trim() === name && name.length <= 64);

const WALL: Route = { page: 'wall', dialog: null };

describe('parseRoute', () => {
  it.each(['', '#', '#/', '#/nothing', '#/streams', '#/streams/', '#/streams/a/edit/more', '#/streams/%', '#/add/x'])(
    'shows the wall for %j',
    (hash) => {
      expect(parseRoute(hash)).toEqual(WALL);
    },
  );

  it.each([
    ['#/add', { page: 'wall', dialog: 'add' }],
    ['#/streams/cam1', { page: 'stream', name: 'cam1', dialog: null }],
    ['#/streams/cam1/edit', { page: 'stream', name: 'cam1', dialog: 'edit' }],
    ['#/streams/cam1/remove', { page: 'stream', name: 'cam1', dialog: 'remove' }],
    ['#/streams/cam1/fly', { page: 'stream', name: 'cam1', dialog: null }],
    ['#/publishers', { page: 'publishers', dialog: null }],
    ['#/publishers/', { page: 'publishers', dialog: null }],
    ['#/publishers/add', { page: 'publishers', dialog: 'add' }],
    ['#/publishers/add/remove', { page: 'publishers', dialog: 'remove', name: 'add' }],
    ['#/publishers/stream-001/remove', { page: 'publishers', dialog: 'remove', name: 'stream-001' }],
    ['#/publishers/stream-001', { page: 'publishers', dialog: null }],
    ['#join', { page: 'join', dialog: null, name: null, stream: null }],
    ['#/join', { page: 'join', dialog: null, name: null, stream: null }],
    ['#/join?name=', { page: 'join', dialog: null, name: null, stream: null }],
    ['#join?name=phone-3&stream=cam', { page: 'join', dialog: null, name: 'phone-3', stream: 'cam' }],
    ['#join?name=Chrome%20on+Android', { page: 'join', dialog: null, name: 'Chrome on Android', stream: null }],
    ['#join?name=a%00b', { page: 'join', dialog: null, name: 'a\uFFFDb', stream: null }],
    [`#join?name=${'x'.repeat(99)}`, { page: 'join', dialog: null, name: 'x'.repeat(64), stream: null }],
    ['#join?stream=a/b', { page: 'join', dialog: null, name: null, stream: null }],
    ['#joint', WALL],
  ])('reads %s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  it('reads back every route that is written', () => {
    const route: fc.Arbitrary<Route> = fc.oneof(
      fc.record({ page: fc.constant('wall' as const), dialog: fc.constantFrom('add' as const, null) }),
      fc.record({
        page: fc.constant('stream' as const),
        name: fc.string({ minLength: 1, unit: 'grapheme' }),
        dialog: fc.constantFrom('edit' as const, 'remove' as const, null),
      }),
      fc.record({ page: fc.constant('publishers' as const), dialog: fc.constantFrom('add' as const, null) }),
      fc.record({
        page: fc.constant('publishers' as const),
        dialog: fc.constant('remove' as const),
        name: fc.string({ minLength: 1, unit: 'grapheme' }),
      }),
      fc.record({
        page: fc.constant('join' as const),
        dialog: fc.constant(null),
        name: fc.option(deviceName),
        stream: fc.option(fc.stringMatching(/^[a-z][A-Za-z0-9_.-]{0,63}$/)),
      }),
    );
    fc.assert(
      fc.property(route, (written) => {
        expect(parseRoute(formatRoute(written))).toEqual(written);
      }),
    );
  });
});

describe('withoutDialog', () => {
  it('is the page below', () => {
    expect(withoutDialog({ page: 'wall', dialog: 'add' })).toEqual(WALL);
    expect(withoutDialog({ page: 'publishers', dialog: 'remove', name: 'a' })).toEqual({
      ...{ page: 'publishers', dialog: null },
    });
    expect(formatRoute(withoutDialog({ page: 'stream', name: 'a', dialog: 'edit' }))).toBe('#/streams/a');
  });
});
