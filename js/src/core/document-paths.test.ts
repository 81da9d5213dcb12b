import { beforeEach, expect, test } from 'vitest';

import { DocumentPaths, type DocumentRef } from './document-paths.js';

const FILE: DocumentRef = { id: 'd', room: 'document:d', project: 'p', path: 'a.ipynb' };
let asked: string[];
let fails: boolean;
let file: DocumentRef;
let paths: DocumentPaths;

beforeEach(() => {
  asked = [];
  fails = false;
  file = FILE;
  const answer = (words: string) => {
    asked.push(words);
    return fails ? Promise.reject(new Error('No.')) : Promise.resolve(file);
  };
  paths = new DocumentPaths({
    rest: {
      get: (path: string) => answer(`GET ${path}`),
      put: (path: string, body: { path: string }) => answer(`PUT ${path} ${body.path}`),
    },
  } as never);
});

test('a document is asked for once, and shown to all', async () => {
  const [one, other] = await Promise.all([paths.find('d'), paths.find('d')]);
  expect([one, other, paths.store.getState().d]).toEqual([FILE, FILE, FILE]);
  expect(asked).toEqual(['GET documents/d']);
});

test('what is found by its path is known by its id, too', async () => {
  await paths.at('sub/a.ipynb');
  await paths.at('sub/a.ipynb');
  expect(await paths.find('d')).toEqual(FILE);
  expect(asked).toEqual(['PUT documents sub/a.ipynb']);
});

test('what could not be known is asked for again', async () => {
  fails = true;
  expect(await paths.find('d')).toBeNull();
  await expect(paths.at('a.ipynb')).rejects.toThrow('No.');
  fails = false;
  expect(await paths.find('d')).toEqual(FILE);
  expect(await paths.at('a.ipynb')).toEqual(FILE);
});

test('a renamed file is asked for anew', async () => {
  await paths.at('a.ipynb');
  file = { ...FILE, path: 'b.ipynb' };
  paths.renamed('d', 'a.ipynb', 'b.ipynb');
  expect((await paths.find('d'))?.path).toBe('b.ipynb');
  await paths.at('a.ipynb');
  expect(asked).toEqual(['PUT documents a.ipynb', 'GET documents/d', 'PUT documents a.ipynb']);
});
