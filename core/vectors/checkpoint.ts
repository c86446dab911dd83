import * as z from 'zod';
import { DatasetError } from '../errors.ts';
import { Xoshiro128 } from './random.ts';
import { StoredSettings } from './settings.ts';
import type { Training } from './word2vec.ts';

/** Version 1 was of skip-gram without shared negatives: gone on with, it would be neither. */
const MAGIC = 'soundalike training 2\n';

const Header = z.strictObject({
  settings: StoredSettings,
  epoch: z.int().nonnegative(),
  random: z.array(z.int().min(0).max(0xffffffff)).length(4),
  ids: z.array(z.string()).readonly(),
  counts: z.array(z.number().positive()),
});

/**
 * The whole of a training between two epochs as bytes: a line that names the format, the length of a JSON header (32
 * bits), the header, then both layers as 32-bit numbers. Little-endian throughout, as every machine that Node runs on
 * in AWS is.
 */
export function encodeCheckpoint({
  settings,
  vocabulary,
  inputs,
  outputs,
  random,
  epoch,
}: Training): Uint8Array {
  const { ids, counts } = vocabulary;
  const fields = { settings, epoch, random: [...random.state], ids, counts: [...counts] };
  const header = new TextEncoder().encode(JSON.stringify(fields satisfies z.input<typeof Header>));
  const start = MAGIC.length + 4 + header.length;
  const bytes = new Uint8Array(start + inputs.byteLength + outputs.byteLength);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(MAGIC.length, header.length, true);
  bytes.set(header, MAGIC.length + 4);
  bytes.set(bytesOf(inputs), start);
  bytes.set(bytesOf(outputs), start + inputs.byteLength);
  return bytes;
}

const bytesOf = (layer: Float32Array): Uint8Array =>
  new Uint8Array(layer.buffer, layer.byteOffset, layer.byteLength);

/** A copy: bytes that were read from somewhere may lie where no 32-bit number may. */
const layerOf = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

/** The training that `encodeCheckpoint` kept, to the bit. Throws `DatasetError` where the bytes are not whole. */
export function decodeCheckpoint(bytes: Uint8Array): Training {
  const start = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (start !== MAGIC || bytes.length < MAGIC.length + 4) {
    throw broken(`one that begins with "${MAGIC.trim()}"`, `"${start.slice(0, 40)}"`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  const at = MAGIC.length + 4 + length;
  const { settings, ids, counts, epoch, random } = headerOf(bytes.subarray(MAGIC.length + 4, at));
  const layer = ids.length * settings.size * 4;
  if (bytes.length !== at + 2 * layer || counts.length !== ids.length) {
    throw broken(`${at + 2 * layer} bytes and ${ids.length} counts`, `${bytes.length} and ${counts.length}`);
  }
  return {
    settings,
    vocabulary: { ids, counts: Float64Array.from(counts) },
    inputs: layerOf(bytes.subarray(at, at + layer)),
    outputs: layerOf(bytes.subarray(at + layer)),
    random: new Xoshiro128(random),
    epoch,
  };
}

function headerOf(bytes: Uint8Array): z.infer<typeof Header> {
  try {
    return Header.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues[0]?.path.join('.') : 'no JSON';
    throw broken('a header with the fields of a training', `one that is wrong at ${why}`);
  }
}

const broken = (expected: string, came: string) =>
  new DatasetError(
    `expected a training's checkpoint, ${expected}, got ${came}`,
    'remove it, so that the training begins anew',
  );
