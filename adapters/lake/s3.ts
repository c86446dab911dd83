import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { inBatches } from '../../core/batches.ts';
import { AWS_CLIENT, nameOf, type Patience, patiently } from '../aws.ts';
import { storageError } from '../storage-error.ts';
import type { ObjectStore } from './lake.ts';

/** Bytes of a part, and of the largest file that is put in one request. S3 takes 10,000 parts, so 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;
/** What DeleteObjects takes. */
const KEYS_PER_DELETE = 1_000;

/** What an `S3Store` needs. */
export interface S3StoreOptions extends Patience {
  client: S3Client;
  bucket: string;
  /** Folder of the bucket below which all keys lie, without slash at its ends; default the whole bucket. */
  prefix?: string;
}

/**
 * A client for S3. With `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3` it speaks to a server that need not know host names
 * of buckets and new checksums: path style, checksums only when required.
 */
export function s3Client(environment: Record<string, string | undefined>): S3Client {
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  if (!endpoint) return new S3Client(AWS_CLIENT);
  return new S3Client({
    ...AWS_CLIENT,
    endpoint,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** A bucket, or a folder of one. Its role needs `s3:ListBucket` too, without which S3 says 403 where nothing is. */
export class S3Store implements ObjectStore {
  readonly #options: S3StoreOptions;
  readonly #prefix: string;

  constructor(options: S3StoreOptions) {
    this.#options = options;
    this.#prefix = options.prefix ? `${options.prefix}/` : '';
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ ...this.#at(key), Body: bytes });
    await this.#do(`put ${key}`, () => this.#options.client.send(command));
  }

  /** Holds one part of 8 MB in memory. A file that does not come to its end leaves nothing behind. */
  async putFile(key: string, file: string): Promise<void> {
    const { size } = await stat(file).catch((error) => {
      throw storageError(file, error);
    });
    if (size <= PART_BYTES) return this.put(key, await bytesOf(file, 0, size));
    const created = await this.#do(`begin an upload to ${key}`, () =>
      this.#options.client.send(new CreateMultipartUploadCommand(this.#at(key))),
    );
    const upload = { ...this.#at(key), UploadId: created.UploadId };
    try {
      const MultipartUpload = { Parts: await this.#putParts(upload, file, size) };
      const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload });
      await this.#do(`complete the upload to ${key}`, () => this.#options.client.send(command));
    } catch (error) {
      const abort = new AbortMultipartUploadCommand(upload);
      // The first error is the one to tell.
      await this.#do(`abort the upload to ${key}`, () => this.#options.client.send(abort)).catch(() => {});
      throw error;
    }
  }

  async copy(from: string, to: string): Promise<boolean> {
    const source = this.#at(from);
    const CopySource = `${source.Bucket}/${source.Key}`.split('/').map(encodeURIComponent).join('/');
    const command = new CopyObjectCommand({ ...this.#at(to), CopySource });
    const copied = await this.#do(`copy ${from} to ${to}`, () =>
      this.#options.client.send(command).catch(undefinedWithoutKey),
    );
    return copied !== undefined;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    const command = new GetObjectCommand(this.#at(key));
    return this.#do(`get ${key}`, async () => {
      const found = await this.#options.client.send(command).catch(undefinedWithoutKey);
      return found?.Body?.transformToByteArray();
    });
  }

  async list(prefix: string): Promise<string[]> {
    const { Bucket, Key: Prefix } = this.#at(prefix);
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
      const page = await this.#do(`list ${prefix}`, () => this.#options.client.send(command));
      for (const { Key = '' } of page.Contents ?? []) keys.push(Key.slice(this.#prefix.length));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    return keys.sort();
  }

  async removeAll(prefix: string): Promise<void> {
    for (const keys of inBatches(await this.list(prefix), KEYS_PER_DELETE)) {
      const Objects = keys.map((key) => ({ Key: this.#at(key).Key }));
      const command = new DeleteObjectsCommand({
        Bucket: this.#options.bucket,
        Delete: { Objects, Quiet: true },
      });
      await this.#do(`remove ${prefix}`, async () => {
        const { Errors: [failed] = [] } = await this.#options.client.send(command);
        // It comes with status 200; thrown, it is repeated and told like the others.
        if (failed) throw Object.assign(new Error(`${failed.Key}: ${failed.Message}`), { name: failed.Code });
      });
    }
  }

  async #putParts(
    upload: { Bucket: string; Key: string; UploadId: string | undefined },
    file: string,
    size: number,
  ): Promise<CompletedPart[]> {
    const parts: CompletedPart[] = [];
    for (let start = 0; start < size; start += PART_BYTES) {
      const PartNumber = parts.length + 1;
      const Body = await bytesOf(file, start, Math.min(PART_BYTES, size - start));
      const command = new UploadPartCommand({ ...upload, PartNumber, Body });
      const { ETag } = await this.#do(`put part ${PartNumber} of ${upload.Key}`, () =>
        this.#options.client.send(command),
      );
      parts.push({ PartNumber, ETag });
    }
    return parts;
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: this.#prefix + key };
  }

  #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    return patiently(`${what} in s3://${this.#options.bucket}/${this.#prefix}`, this.#options, call);
  }
}

async function bytesOf(file: string, start: number, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  try {
    return await buffer(createReadStream(file, { start, end: start + length - 1 }));
  } catch (error) {
    throw storageError(file, error);
  }
}

function undefinedWithoutKey(error: unknown): undefined {
  if (nameOf(error) !== 'NoSuchKey') throw error;
}
