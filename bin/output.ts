/**
 * Characters that steer a terminal (C0, DEL, C1) or change the order in which text is shown (bidirectional embeddings,
 * overrides and isolates): a name that holds them could hide or forge output.
 */
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A line of text with such characters escaped, as JSON would: `\u001b`. */
export const printable = (line: string): string =>
  line.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const textOf = (lines: readonly string[]): string => lines.map((line) => `${printable(line)}\n`).join('');

/** Writes lines for people to stdout. */
export function print(...lines: string[]): void {
  process.stdout.write(textOf(lines));
}

/** Writes lines for people to stderr. */
export function say(...lines: string[]): void {
  process.stderr.write(textOf(lines));
}

/** Writes a document for programs to stdout, as it is. */
export function printDocument(text: string): void {
  process.stdout.write(text);
}

/** Writes the JSON document of `--json` to stdout, its texts as they are. */
export const printJson = (document: object): void => printDocument(`${JSON.stringify(document, null, 2)}\n`);

/** Writes the stack of an error that nothing foresaw to stderr. */
export function sayStack(error: unknown): void {
  say(...String((error as Error | undefined)?.stack ?? error).split('\n'));
}
