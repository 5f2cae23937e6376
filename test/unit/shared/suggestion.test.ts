import { describe, expect, it } from 'vitest';
import { nearest } from '../../../shared/suggestion.js';

const KEYS = ['host', 'port', 'classicPort', 'maxClients', 'fps', 'token', 'logLevel', 'loop'];

describe('nearest', () => {
  it.each([
    ['prot', 'port'],
    ['Port', 'port'],
    ['max-clients', 'maxClients'],
    ['MAX_CLIENTS', 'maxClients'],
    ['maxclient', 'maxClients'],
    ['--tokn', 'token'],
    ['log level', 'logLevel'],
    ['fp', 'fps'],
    ['classic-prot', 'classicPort'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, KEYS)).toBe(meant);
  });

  it.each(['', '-', 'quality', 'xyz', 'ab', 'colour', 'p'.repeat(65)])('has nothing for %j', (word) => {
    expect(nearest(word, KEYS)).toBeNull();
  });

  it('prefers the nearest of several', () => {
    expect(nearest('hosts', ['hoses', 'host'])).toBe('hoses');
    expect(nearest('host', ['hoses', 'host'])).toBe('host');
  });
});
