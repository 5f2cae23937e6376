import { expect, it } from 'vitest';
import { DeviceNameStore } from '../../../../../client/web/app/model/device-name.js';

it('remembers what the device was called', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const names = new DeviceNameStore(() => storage);
  expect(names.get()).toBeNull();
  names.set('phone-3');
  expect(new DeviceNameStore(() => storage).get()).toBe('phone-3');
});

it('remembers nothing where the browser refuses to', () => {
  const names = new DeviceNameStore(() => {
    throw new DOMException('blocked', 'SecurityError');
  });
  names.set('phone-3');
  expect(names.get()).toBeNull();
});
