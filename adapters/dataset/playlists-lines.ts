/** A line of a text file. */
export interface TextLine {
  /** From 1. */
  line: number;
  /** Without the break at its end and the BOM at the file's beginning; null for a line that is too long to be held. */
  text: string | null;
  /** Bytes of the file up to its end. */
  bytes: number;
}

/** The lines of UTF-8 text as its content comes, of which none is held that has more than `longest` bytes. */
export async function* textLines(content: AsyncIterable<Buffer>, longest: number): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let [line, bytes, length] = [0, 0, 0];
  let parts: Buffer[] = [];
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= longest) parts.push(part);
    else parts = [];
  };
  const take = (): TextLine => {
    const text = length > longest ? null : decoder.decode(Buffer.concat(parts));
    [parts, length] = [[], 0];
    return { line: ++line, text, bytes };
  };
  for await (const chunk of content) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      add(chunk.subarray(start, end));
      bytes += end + 1 - start;
      start = end + 1;
      yield take();
    }
    add(chunk.subarray(start));
    bytes += chunk.length - start;
  }
  if (length > 0) yield take();
}
