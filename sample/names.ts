import type { Random } from './random.ts';

type Words = readonly [string, ...string[]];

const split = (words: string): Words => words.split(' ') as [string, ...string[]];

const LATIN_START = split(
  'Vel Or Tin Són Ålv Bré Quil Fen Drah Isk Lum Çel Øst Jør Nyv Pask Strö Elw Hald Žib',
);
const LATIN_MIDDLE = split('a e i o ü é ara eni olo isse umé ató');
const LATIN_END = split('dor ndre vik lune thess mara ndel sca ryn vault feld quist');
const HANGUL = split('솔 빛 누 하늬 윤슬 미르 온새 가람 다솜 여울 늘찬 도담 별하 슬옹 라온 해찬');
const KANA = split('ソラ ミヨ カゲ ルリ ナギ トワ ひびき しずく こもれ あさぎ ゆらぎ ほたる よなが つむぎ');
const CYRILLIC = split('Вель Мори Зарэ Тиш Ладо Кры Снеж Руно Яса Огни Птах Журо');
const CYRILLIC_END = split('вея тура лин дар мира град ница слав');
const GREEK = split('Θαλα Μελο Αστρο Κυμα Νεφε Ορφα Λυκο Ζεφυ Φωτο Πηγα');
const GREEK_END = split('σίνη δρόμι ρίδα λάνη φώνη μάρη κόρις');
const EMOJI = split('🦊 🌊 🪐 🍋 🐙 🌵 🛰️ 🫧');
const ADJECTIVES = split(
  'Paper Copper Northern Slow Hollow Amber Quiet Borrowed Second Tin Velvet Sunken Woolen Crooked',
);
const THINGS = split(
  'Harbour Lantern Weather Orchard Signal Tram Tide Window Atlas Engine Meridian Kite Almanac Comet',
);

const latinWord = (random: Random): string =>
  random.pick(LATIN_START) + random.pick(LATIN_MIDDLE) + random.pick(LATIN_END);

function latin(random: Random): string {
  const word = latinWord(random);
  const forms = [
    word,
    `${word} ${latinWord(random)}`,
    `The ${word} ${random.pick(THINGS)}s`,
    `${word} & ${latinWord(random)}`,
  ] as const;
  return random.pick(forms);
}

/** A script in which the sample names artists. */
export type Script = 'latin' | 'hangul' | 'kana' | 'cyrillic' | 'greek' | 'emoji';

const IN_SCRIPT: Readonly<Record<Script, (random: Random) => string>> = {
  latin,
  hangul: (random) => `${random.pick(HANGUL)}${random.pick(HANGUL)} ${random.pick(HANGUL)}`,
  kana: (random) => `${random.pick(KANA)}${random.pick(KANA)}`,
  cyrillic: (random) =>
    `${random.pick(CYRILLIC)}${random.pick(CYRILLIC_END)} ${random.pick(CYRILLIC)}${random.pick(CYRILLIC_END)}`,
  greek: (random) => random.pick(GREEK) + random.pick(GREEK_END),
  emoji: (random) => `${random.pick(ADJECTIVES)} ${latinWord(random)} ${random.pick(EMOJI)}`,
};

/** Makes up an artist's name in a script; `taken` gets it, so that no two are the same. */
export function artistName(script: Script, random: Random, taken: Set<string>): string {
  for (;;) {
    const name = IN_SCRIPT[script](random);
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/** Makes up a track's or an album's name, one in three in the artist's own script. */
export function titleIn(script: Script, random: Random): string {
  const plain = `${random.pick(ADJECTIVES)} ${random.pick(THINGS)}`;
  return random.int(3) === 0 && script !== 'emoji' ? IN_SCRIPT[script](random) : plain;
}
