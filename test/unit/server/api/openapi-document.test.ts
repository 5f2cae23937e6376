import { describe, expect, it } from 'vitest';
import { addAnswerHeaders, tidyDocument } from '../../../../server/api/openapi-document.js';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const body = (schema: object) => ({ requestBody: { required: true, content: { 'application/json': { schema } } } });

describe('tidyDocument', () => {
  it('requires no body that may be null', () => {
    const paths = {
      '/a': { post: body({ anyOf: [ref('X'), { type: 'null' }] }), put: body({ anyOf: [ref('X'), ref('Y')] }) },
    };
    const components = { schemas: { X: { type: 'object' }, Y: { type: 'string' } } };
    const tidy = tidyDocument({ paths, components });
    expect(tidy.paths['/a'].post.requestBody).toEqual({ ...body(ref('X')).requestBody, required: false });
    expect(tidy.paths['/a'].put).toEqual(paths['/a'].put);
    expect(paths['/a'].post.requestBody.required).toBe(true);
  });

  it('keeps the schemas that are used, by others too, and gives those of requests their plain names', () => {
    const schemas = {
      ...{ A: { items: ref('B') }, AInput: { items: ref('BInput') }, B: {}, BInput: { type: 'number' } },
      ...{ NewInput: { items: ref('NewInput') }, Unused: {}, New: {} },
    };
    const paths = {
      '/a': { get: { responses: { 200: ref('A') } }, put: body(ref('AInput')), post: body(ref('NewInput')) },
    };
    const tidy = tidyDocument({ paths, components: { schemas, securitySchemes: { bearer: {} } } });
    expect(tidy.components).toEqual({
      securitySchemes: { bearer: {} },
      schemas: {
        ...{ A: { items: ref('B') }, AInput: { items: ref('BInput') }, B: {}, BInput: { type: 'number' } },
        New: { items: ref('New') },
      },
    });
    expect(tidy.paths['/a'].post).toEqual(body(ref('New')));
    expect(tidy.paths['/a'].put).toEqual(body(ref('AInput')));
  });
});

describe('addAnswerHeaders', () => {
  it('puts headers where their answers are', () => {
    const described = { 200: { description: 'x' }, 404: { description: 'y' } };
    const headers = { Location: { type: 'string' } };
    addAnswerHeaders(described, { 200: { headers }, 404: {}, 500: { headers } });
    expect(described).toEqual({ 200: { description: 'x', headers }, 404: { description: 'y' } });
  });

  it('takes routes without answers', () => {
    addAnswerHeaders(undefined, undefined);
    addAnswerHeaders({}, { 200: { headers: {} } });
  });
});
