import { DatasetError } from '../../core/errors.ts';

/** No record of an export is nearly as long, in bytes. */
const LONGEST_RECORD = 1 << 20;

const [QUOTE, COMMA, OPEN_LIST, CLOSE_LIST, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('",[]\\{}');

/** What to do about a file that came damaged. */
export const RETRY = 'unpack the archive again, or ask Spotify for the export once more';

/**
 * The elements of a JSON list in UTF-8, those of each chunk as it comes, so that no more than a chunk and an element are
 * held. Throws `DatasetError`, which quotes nothing, where it is no list, breaks off, or has an element of more than 1 MiB.
 */
export async function* readJsonList(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown[]> {
  const list = new JsonList();
  for await (const chunk of chunks) yield list.read(chunk);
  list.end();
}

/** A `DatasetError` for a file that has something else than plays. */
export const notPlays = (got: string, hint = RETRY): DatasetError =>
  new DatasetError(
    `expected a JSON list of plays (ts, ms_played, … or endTime, msPlayed, …), got ${got}`,
    hint,
  );

/** What to do about a file that is another one of the export, or of something else. */
export const OTHER_FILE =
  'name the files that have the plays: Streaming_History_Audio_*.json, endsong_*.json or StreamingHistory*.json';

/** Cuts a list into its elements and leaves these to `JSON.parse`. */
class JsonList {
  /** How many lists and objects are open. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #isOver = false;
  #count = 0;
  /** What earlier chunks had of an element. */
  #begun: Buffer[] = [];
  #begunBytes = 0;

  read(chunk: Buffer): unknown[] {
    const elements: unknown[] = [];
    let from = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#isInString) this.#readString(byte);
      else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (this.#depth++ > 0) continue;
        this.#open(byte, this.#take(chunk.subarray(from, i)));
        from = i + 1;
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (--this.#depth > 0) continue;
        this.#close(byte, this.#take(chunk.subarray(from, i)), elements);
        from = i + 1;
      } else if (byte === COMMA && this.#depth === 1) {
        elements.push(this.#parse(this.#take(chunk.subarray(from, i))));
        from = i + 1;
      }
    }
    this.#keep(chunk.subarray(from));
    return elements;
  }

  end(): void {
    const rest = this.#take(Buffer.alloc(0));
    if (this.#isOver && isBlank(rest)) return;
    const isEmpty = !this.#isOver && this.#depth === 0 && isBlank(rest);
    throw isEmpty ? notPlays('an empty file') : notJson();
  }

  #readString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
  }

  #open(byte: number, before: string): void {
    if (this.#isOver || !isBlank(before)) throw notJson();
    if (byte === OPEN_OBJECT) throw notPlays('something else', OTHER_FILE);
  }

  #close(byte: number, last: string, elements: unknown[]): void {
    if (this.#depth < 0 || byte !== CLOSE_LIST) throw notJson();
    if (this.#count > 0 || !isBlank(last)) elements.push(this.#parse(last));
    this.#isOver = true;
  }

  #parse(text: string): unknown {
    this.#count++;
    try {
      return JSON.parse(text);
    } catch {
      // The parser's message quotes the text.
      throw notJson();
    }
  }

  #take(rest: Buffer): string {
    const text = Buffer.concat([...this.#begun, rest]).toString();
    this.#begun = [];
    this.#begunBytes = 0;
    return text;
  }

  #keep(rest: Buffer): void {
    // There may be gigabytes of blanks between elements.
    if (this.#begun.length === 0 && isBlank(rest.toString('latin1'))) return;
    this.#begun.push(Buffer.from(rest));
    this.#begunBytes += rest.length;
    if (this.#begunBytes > LONGEST_RECORD) throw notPlays('a record of more than 1 MiB', OTHER_FILE);
  }
}

const notJson = (): DatasetError => notPlays('what is no JSON, or breaks off');

/** A byte order mark is a blank here, as it is for `trim`. */
const isBlank = (text: string): boolean => text.trim() === '';
