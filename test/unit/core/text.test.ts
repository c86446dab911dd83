import { byId, foldName } from '../../../core/text.ts';

test.each([
  ['case', 'BTS', 'bts'],
  ['accents', 'Sigur Rós', 'sigur ros'],
  ['accents of both forms', 'Beyonce\u0301', 'beyonce'],
  ['accents of Greek and Cyrillic', 'Ά Й', 'α и'],
  ['Vietnamese', 'Sơn Tùng', 'son tung'],
  ['the dot of a Turkish capital', 'İstanbul', 'istanbul'],
  ['sharp s', 'Straße', 'strasse'],
  ['a sigma at the end', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ['ligatures', 'ﬁre', 'fire'],
  ['full width', 'ＳＨＩＮｅｅ！', 'shinee!'],
  ['half-width kana', 'ｶﾞｶﾞｶﾞ', 'ガガガ'],
  ['Hangul', '방탄소년단', '방탄소년단'],
  ['Hangul in its parts', '방탄소년단'.normalize('NFD'), '방탄소년단'],
  ['kana with their voicing in parts', 'が'.normalize('NFD'), 'が'],
  ['other scripts', 'ไบรท์ 王菲 🌋', 'ไบรท์ 王菲 🌋'],
  ['spaces', ' \t The  　Beatles\n', 'the beatles'],
  ['nothing', '  ', ''],
])('%s: %j is looked up as %j', (_, name, folded) => {
  expect(foldName(name)).toBe(folded);
  // Folding what is folded changes nothing.
  expect(foldName(folded)).toBe(folded);
});

test.each([
  ['the voicing of kana', 'カカカ', 'ガガガ'],
  ['the vowels of Hangul', '방', '병'],
  ['small kana', 'キヤ', 'キャ'],
  ['signs', 'Ke$ha', 'Kesha'],
  ['vowel signs of Devanagari', 'कि', 'क'],
])('%s tells names apart: %s, %s', (_, a, b) => {
  expect(foldName(a)).not.toBe(foldName(b));
});

test.each([
  ['ΣΑΣ', 'σασ'],
  ['Maße', 'MASSE'],
  ['ÅNGSTRÖM', 'A\u030angstro\u0308m'],
])('%s and %s are looked up alike', (a, b) => {
  expect(foldName(a)).toBe(foldName(b));
});

test('ids are in the order of their bytes', () => {
  const ids = ['b', 'B', 'a1', 'a', '10', '9', '', 'a1'];
  const bytewise = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect([...ids].sort(byId)).toEqual(bytewise);
});
