import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** Encodes the row groups of a Snappy Parquet file, one after the other; the same rows give the same bytes. */
export class TableEncoder {
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #names: readonly string[];

  /** `names` are those of the schema's columns; a `note` is kept in the file's metadata. */
  constructor(schema: SchemaElement[], names: readonly string[], note?: string) {
    const kvMetadata = note === undefined ? undefined : [{ key: 'note', value: note }];
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy: 'soundalike', kvMetadata });
    this.#names = names;
  }

  /** The next bytes of the file: a row group, of a column a name. */
  encode(columns: readonly unknown[][]): Uint8Array<ArrayBuffer> {
    const columnData = this.#names.map((name, c) => ({ name, data: columns[c] as unknown[] }));
    this.#writer.write({ columnData, rowGroupSize: columns[0]?.length ?? 0 });
    return this.#taken();
  }

  /** The last bytes. */
  end(): Uint8Array<ArrayBuffer> {
    this.#writer.finish();
    return this.#taken();
  }

  #taken(): Uint8Array<ArrayBuffer> {
    const piece = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return piece;
  }
}
