const LIST = /^\s*\[\s*(?:(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?:,\s*(?=['"\]])|(?=\])))*\]\s*$/;
const ITEM = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g;

/** The strings of a Python list literal (`['a', "b's"]`), as datasets write genres; undefined where it is none. */
export function pythonList(text: string): string[] | undefined {
  if (!LIST.test(text)) return undefined;
  return [...text.matchAll(ITEM)].map(([, single, double = '']) =>
    (single ?? double).replace(
      /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([01][0-9a-f]{7})|(.))/g,
      (_, hex2, hex4, hex8, char) => char ?? codePoint(Number.parseInt(hex2 ?? hex4 ?? hex8, 16)),
    ),
  );
}

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
