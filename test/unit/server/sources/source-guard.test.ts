import { isIP, isIPv6 } from 'node:net';
import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SourceGuard } from '../../../../server/sources/source-guard.js';
import { parseSourceSpec } from '../../../../server/sources/source-spec.js';
import type { StreamerError } from '../../../../shared/errors.js';
import { toStreamerError } from '../../../../shared/errors.js';

/** What names resolve to in these tests. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'camera.lan': ['192.168.1.20'],
  'both.example.org': ['203.0.113.5', '2001:db8::5'],
  'deep.cam.example.org': ['203.0.113.6'],
  'evil.example': ['169.254.169.254'],
  'mixed.example': ['203.0.113.5', '169.254.1.1'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'zone.example': ['fe80::1%eth0'],
  'xn--bcher-kva.example': ['203.0.113.7'],
  localhost: ['127.0.0.1', '::1'],
};

function guardOf(allowSources: readonly string[] | null = null) {
  const asked: string[] = [];
  const guard = new SourceGuard(allowSources, async (name) => {
    asked.push(name);
    const addresses = NAMES[name];
    if (!addresses) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    return addresses;
  });
  return { guard, asked };
}

/** What becomes of a host: its addresses, or the code of the refusal. */
async function verdict(host: string, allowSources: readonly string[] | null = null) {
  return guardOf(allowSources)
    .guard.addressesOf(host)
    .catch((error: unknown) => toStreamerError(error).code);
}

async function refusalOf(promise: Promise<unknown>): Promise<StreamerError> {
  const error = await promise.then(
    () => new Error('it was allowed'),
    (thrown: unknown) => thrown,
  );
  return toStreamerError(error);
}

describe('SourceGuard', () => {
  it.each([
    ...['169.254.169.254', '169.254.0.1', '169.254.255.255', '169.254.169.254.', '169.254.170.2', '100.100.100.200'],
    ...['168.63.129.16', '192.0.0.192', '0.0.0.0', '0.1.2.3', '255.255.255.255', '0', '0x0', '00'],
    // Other spellings of 169.254.169.254.
    ...['2852039166', '0xa9fea9fe', '0xA9FEA9FE', '025177524776', '0xa9.0xfe.0xa9.0xfe', '0251.0376.0251.0376'],
    ...['169.254.43518', '169.16689662', '0xa9.254.0251.254', '169.254.169.0xfe', '169.254.169.254..', '0xa9fea9fe.'],
    ...['１６９.２５４.１６９.２５４', '169。254。169。254', '①⑥⑨.254.169.254', '169．254．169．254'],
    // And inside IPv6.
    ...['[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[::FFFF:A9FE:A9FE]', '[0:0:0:0:0:ffff:a9fe:a9fe]'],
    ...['[::169.254.169.254]', '[::a9fe:a9fe]', '[64:ff9b::169.254.169.254]', '[64:ff9b::a9fe:a9fe]'],
    ...['[64:ff9b:1::a9fe:a9fe]', '[64:ff9b:1:a9fe:a9:fe00::]', '[2002:a9fe:a9fe::1]', '[2002:a9fe:a9fe::]'],
    ...['[2001:0:a9fe:a9fe::]', '[2001:0:1:2:3:4:5601:5601]', '[::ffff:0:a9fe:a9fe]', '[2001:db8::5efe:a9fe:a9fe]'],
    ...['[fe80::1]', '[FE80::1]', '[febf::1]', '[fe80:0:0:0:1:2:3:4]', '[::]', '[0:0:0:0:0:0:0:0]', '[::0.0.0.0]'],
    ...['[fd00:ec2::254]', '[fd00:0ec2:0:0:0:0:0:254]', '[fd00:ec2::23]', '[fd20:ce::254]', '[::ffff:0.0.0.0]'],
    ...['fe80::1', '::', '::ffff:169.254.169.254'],
    ...[
      'metadata.google.internal',
      'METADATA.google.internal',
      'metadata.google.internal.',
      'metadata',
      'metadata.goog',
    ],
    ...['instance-data', 'instance-data.ec2.internal', 'ｍetadata.google.internal'],
    ...['evil.example', 'EVIL.example.', 'mixed.example', 'mapped.example', 'zone.example'],
    // No hosts at all, or not the same one to everybody.
    ...[
      '',
      '.',
      '[fe80::1%eth0]',
      '[fe80::1%25eth0]',
      '[::1',
      '::1]',
      '[127.0.0.1]',
      '[camera.lan]',
      'a b',
      'a/b',
      'a\\b',
    ],
    ...['user@camera.lan', 'camera.lan:80', 'camera.lan#', 'camera.lan?', '%31%32%37.0.0.1', '256.256.256.256'],
    ...['1.2.3.4.5', '0x1ffffffff', '4294967296', '08.1.1.1', 'camera.lan\0.example', 'camera.lan\n'],
  ])('always refuses %j', async (host) => {
    expect(await verdict(host)).toBe('SOURCE_FORBIDDEN');
    // No pattern opens what is always refused.
    const everything = ['0.0.0.0/0', '::/0', '*', '*.*', '*.*.*', 'evil.example', 'mixed.example', 'mapped.example'];
    expect(await verdict(host, everything)).toBe('SOURCE_FORBIDDEN');
  });

  it.each([
    ['203.0.113.5', ['203.0.113.5']],
    ['127.0.0.1', ['127.0.0.1']],
    ['2130706433', ['127.0.0.1']],
    ['0x7f.1', ['127.0.0.1']],
    ['017700000001', ['127.0.0.1']],
    ['[::1]', ['::1']],
    ['[0:0:0:0:0:0:0:1]', ['::1']],
    ['[::ffff:10.0.0.1]', ['10.0.0.1']],
    ['10.1.2.3', ['10.1.2.3']],
    ['[fd12:3456::1]', ['fd12:3456::1']],
    ['239.1.2.3', ['239.1.2.3']],
    ['[2001:DB8::5]', ['2001:db8::5']],
    ['camera.lan', ['192.168.1.20']],
    ['Camera.LAN.', ['192.168.1.20']],
    ['localhost', ['127.0.0.1', '::1']],
    ['both.example.org', ['203.0.113.5', '2001:db8::5']],
    ['bücher.example', ['203.0.113.7']],
    ['BÜCHER.example', ['203.0.113.7']],
  ])('allows %s where nothing else was said, at %j', async (host, addresses) => {
    expect(await verdict(host)).toEqual(addresses);
  });

  it.each<[string, string[], boolean]>([
    ['camera.lan', ['camera.lan'], true],
    ['CAMERA.lan.', ['camera.lan'], true],
    ['camera.lan', ['other.lan'], false],
    ['both.example.org', ['*.example.org'], true],
    ['deep.cam.example.org', ['*.example.org'], false],
    ['deep.cam.example.org', ['*.*.example.org'], true],
    ['deep.cam.example.org', ['deep.*.example.org'], true],
    ['bücher.example', ['xn--bcher-kva.example'], true],
    ['xn--bcher-kva.example', ['*.example'], true],
    ['localhost', ['*'], true],
    ['camera.lan', ['*'], false],
    ['203.0.113.5', ['203.0.113.5'], true],
    ['203.0.113.5', ['203.0.113.0/24'], true],
    ['203.0.114.5', ['203.0.113.0/24'], false],
    ['3405803781', ['203.0.113.5'], true],
    ['[::ffff:203.0.113.5]', ['203.0.113.0/24'], true],
    ['[64:ff9b::203.0.113.5]', ['203.0.113.0/24'], false],
    ['[2001:db8::5]', ['2001:db8::/32'], true],
    ['[2001:db9::5]', ['2001:db8::/32'], false],
    ['127.0.0.1', ['192.168.0.0/16'], false],
    ['127.0.0.1', ['*.*.*.*'], false],
    ['localhost', ['127.0.0.0/8'], false],
    ['localhost', ['127.0.0.0/8', '::1'], true],
    // A name counts as an address range says where all its addresses lie in it.
    ['camera.lan', ['192.168.0.0/16'], true],
    ['both.example.org', ['203.0.113.0/24'], false],
    ['both.example.org', ['203.0.113.0/24', '2001:db8::/32'], true],
  ])('takes %s with --allow-source %j: %s', async (host, patterns, isAllowed) => {
    const found = await verdict(host, patterns);
    if (isAllowed) expect(found).toBeInstanceOf(Array);
    else expect(found).toBe('SOURCE_FORBIDDEN');
  });

  it('asks the DNS for nothing that it will not allow', async () => {
    const { guard, asked } = guardOf(['camera.lan']);
    await refusalOf(guard.addressesOf('evil.example'));
    await refusalOf(guard.addressesOf('metadata.google.internal'));
    expect(asked).toEqual([]);
    await guard.addressesOf('camera.lan');
    expect(asked).toEqual(['camera.lan']);
  });

  it('does not wait for ever for a DNS server that is silent', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const guard = new SourceGuard(null, () => new Promise(() => undefined));
    const checked = guard.check(parseSourceSpec('rtsp://slow.example/'));
    await vi.advanceTimersByTimeAsync(5000);
    await checked;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says which rule refuses, and nothing of what a name resolves to', async () => {
    const messageOf = async (host: string, allow: string[] | null = null) =>
      (await refusalOf(guardOf(allow).guard.addressesOf(host))).message;
    expect(await messageOf('169.254.169.254')).toBe(
      'A source added over HTTP may not be at 169.254.169.254: cloud metadata addresses are always refused.',
    );
    expect(await messageOf('mixed.example')).toBe(
      'A source added over HTTP may not be at mixed.example: link-local addresses are always refused.',
    );
    const notNamed = (host: string) =>
      `A source added over HTTP may not be at ${host}: --allow-source does not name that host.`;
    expect(await messageOf('camera.lan', ['10.0.0.0/8'])).toBe(notNamed('camera.lan'));
    // Outside of the ranges nobody learns whether the name leads to something forbidden, either.
    expect(await messageOf('evil.example', ['10.0.0.0/8'])).toBe(notNamed('evil.example'));
    expect(await messageOf('a\u001b[31m/b')).not.toContain('\u001b');
  });

  it('tells a name that nobody knows from one that is refused, and lets it be added', async () => {
    const { guard } = guardOf();
    expect((await refusalOf(guard.addressesOf('later.example'))).code).toBe('SOURCE_UNREACHABLE');
    await guard.check(parseSourceSpec('rtsp://later.example/live'));
  });

  it.each([
    ...['./video.mp4', 'file:/etc/passwd', 'test:bars', '-', 'device:/dev/video0', 'concat:a|b', 'data:video/mp4,x'],
    ...['rtsp://169.254.169.254/', 'rtsps://evil.example/', 'http://2852039166/', 'https://[::ffff:a9fe:a9fe]/'],
    ...[
      'srt://0xa9fea9fe:9000',
      'tcp://0251.0376.0251.0376:80',
      'udp://0.0.0.0:5000',
      'rtsp://user:pass@evil.example:554/x',
    ],
    ...['http://good@evil.example/', 'http://camera.lan\\@evil.example/', 'rtsp://camera.lan\\@evil.example/'],
  ])('refuses the source %s', async (text) => {
    expect((await refusalOf(guardOf().guard.check(parseSourceSpec(text)))).code).toBe('SOURCE_FORBIDDEN');
  });

  it.each([
    ...[
      'rtsp://camera.lan/live',
      'RTSP://camera.lan:8554/live?x=y',
      'rtsps://camera.lan/',
      'http://127.0.0.1:8889/cam',
    ],
    ...['https://both.example.org/hls/index.m3u8', 'srt://camera.lan:9000?streamid=read:cam', 'tcp://127.0.0.1:5000'],
    ...['udp://239.1.2.3:5000', 'http://user:p%40ss@camera.lan/'],
  ])('takes the source %s', async (text) => {
    await guardOf().guard.check(parseSourceSpec(text));
  });

  it('resolves for sockets to all addresses that it allowed, or to the first', async () => {
    const { guard } = guardOf();
    const lookup = (host: string, options: object) =>
      new Promise<unknown>((resolve) =>
        guard.lookup(host, options, (error, address, family) =>
          resolve(error ? toStreamerError(error).code : family === undefined ? address : [address, family]),
        ),
      );
    const all: LookupAddress[] = [
      { address: '203.0.113.5', family: 4 },
      { address: '2001:db8::5', family: 6 },
    ];
    expect(await lookup('both.example.org', { all: true })).toEqual(all);
    expect(await lookup('both.example.org', {})).toEqual(['203.0.113.5', 4]);
    expect(await lookup('both.example.org', { family: 6 })).toEqual(['2001:db8::5', 6]);
    expect(await lookup('both.example.org', { family: 'IPv4', all: true })).toEqual([all[0]]);
    expect(await lookup('camera.lan', { family: 6 })).toBe('SOURCE_UNREACHABLE');
    expect(await lookup('evil.example', { all: true })).toBe('SOURCE_FORBIDDEN');
  });

  it('judges a name anew each time, so that what it resolves to cannot change behind its back', async () => {
    const answers = [['203.0.113.5'], ['169.254.169.254']];
    const guard = new SourceGuard(null, async () => answers.shift() ?? []);
    expect(await guard.addressesOf('rebind.example')).toEqual(['203.0.113.5']);
    expect((await refusalOf(guard.addressesOf('rebind.example'))).code).toBe('SOURCE_FORBIDDEN');
    expect((await refusalOf(guard.addressesOf('rebind.example'))).code).toBe('SOURCE_UNREACHABLE');
  });

  it('refuses every spelling of every forbidden IPv4 address', async () => {
    const forbidden = fc.oneof(
      fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(0), fc.nat(255), fc.nat(255), fc.nat(255)),
    );
    const number = (value: number) => fc.constantFrom(`${value}`, `0x${value.toString(16)}`, `0${value.toString(8)}`);
    const spelling = forbidden.chain(([a, b, c, d]) =>
      fc.oneof(
        number(((a * 256 + b) * 256 + c) * 256 + d),
        fc.tuple(number(a), number((b * 256 + c) * 256 + d)).map((parts) => parts.join('.')),
        fc.tuple(number(a), number(b), number(c * 256 + d)).map((parts) => parts.join('.')),
        fc.tuple(number(a), number(b), number(c), number(d)).map((parts) => parts.join('.')),
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:').map((prefix) => `[${prefix}${a}.${b}.${c}.${d}]`),
      ),
    );
    await fc.assert(
      fc.asyncProperty(spelling, async (host) => {
        // That is loopback.
        fc.pre(host !== '[::0.0.0.1]');
        expect(await verdict(host)).toBe('SOURCE_FORBIDDEN');
      }),
    );
  });

  it('hands out only addresses, and never throws anything but its own errors, whatever the host', async () => {
    const hosts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
      fc.ipV4Extended(),
    );
    await fc.assert(
      fc.asyncProperty(hosts, async (host) => {
        const found = await verdict(host);
        if (typeof found === 'string') expect(['SOURCE_FORBIDDEN', 'SOURCE_UNREACHABLE']).toContain(found);
        else for (const address of found) expect([4, 6]).toContain(isIP(address) || (isIPv6(address) ? 6 : 0));
      }),
    );
  });
});
