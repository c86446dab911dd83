import { createReadStream } from 'node:fs';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { inBatches } from '../../core/batches.ts';
import { AWS_CLIENT, nameOf, type Patience, patiently } from '../aws.ts';
import { storageError } from '../storage-error.ts';
import type { ObjectStore, OpenObject } from './lake.ts';
import type { Append } from './parquet.ts';

/** Bytes of a part, and of the largest object that is put in one request. S3 takes 10,000 parts, so 80 GB. */
const PART_BYTES = 8 * 1024 * 1024;
/** S3 refuses smaller ones, but for the last. */
const SMALLEST_PART = 5 * 1024 * 1024;
/** What DeleteObjects takes. */
const KEYS_PER_DELETE = 1_000;

/** What a browser is told of objects that people open, by the ends of their keys. */
const CONTENT_TYPES: Record<string, string> = { html: 'text/html; charset=utf-8', png: 'image/png' };

/** What an `S3Store` needs. */
export interface S3StoreOptions extends Patience {
  client: S3Client;
  bucket: string;
  /** Folder of the bucket below which all keys lie, without slash at its ends; default the whole bucket. */
  prefix?: string;
}

/** An upload in parts. */
type Upload = Pick<UploadPartCommandInput, 'Bucket' | 'Key' | 'UploadId'>;

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
    const ContentType = CONTENT_TYPES[key.slice(key.lastIndexOf('.') + 1)];
    const command = new PutObjectCommand({ ...this.#at(key), Body: bytes, ContentType });
    await this.#do(`put ${key}`, () => this.#options.client.send(command));
  }

  /** Holds one part in memory. What does not come to its end leaves nothing behind. */
  async write(key: string, fill: (append: Append) => Promise<void>): Promise<void> {
    const parts: CompletedPart[] = [];
    let upload: Upload | undefined;
    let held: Uint8Array[] = [];
    let size = 0;
    const putPart = async (): Promise<void> => {
      upload ??= await this.#begin(key);
      const PartNumber = parts.length + 1;
      const command = new UploadPartCommand({ ...upload, PartNumber, Body: Buffer.concat(held) });
      [held, size] = [[], 0];
      const { ETag } = await this.#do(`put part ${PartNumber} of ${key}`, () =>
        this.#options.client.send(command),
      );
      parts.push({ PartNumber, ETag });
    };
    try {
      await fill(async (bytes) => {
        if (size >= SMALLEST_PART && size + bytes.length > PART_BYTES) await putPart();
        held.push(bytes);
        size += bytes.length;
      });
      if (!upload) return await this.put(key, Buffer.concat(held));
      await putPart();
      const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } });
      await this.#do(`complete the upload to ${key}`, () => this.#options.client.send(command));
    } catch (error) {
      if (upload) await this.#abort(key, upload);
      throw error;
    }
  }

  putFile(key: string, file: string): Promise<void> {
    const stream = createReadStream(file, { highWaterMark: PART_BYTES });
    return this.write(key, async (append) => {
      try {
        for await (const bytes of stream) await append(bytes as Buffer);
      } catch (error) {
        throw stream.errored ? storageError(file, stream.errored) : error;
      }
    });
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

  /** An object that is replaced meanwhile is refused, not read half and half. */
  async open(key: string): Promise<OpenObject | undefined> {
    const at = this.#at(key);
    const head = await this.#do(`look at ${key}`, () =>
      this.#options.client.send(new HeadObjectCommand(at)).catch(undefinedWithoutKey),
    );
    if (!head) return undefined;
    const { ContentLength: byteLength = 0, ETag: IfMatch } = head;
    return {
      byteLength,
      slice: async (start, end = byteLength) => {
        if (start >= end) return new ArrayBuffer(0);
        const command = new GetObjectCommand({ ...at, IfMatch, Range: `bytes=${start}-${end - 1}` });
        const bytes = await this.#do(`get a part of ${key}`, async () =>
          (await this.#options.client.send(command)).Body?.transformToByteArray(),
        );
        return Uint8Array.from(bytes ?? []).buffer;
      },
      close: async () => {},
    };
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
    const keys = await this.list(prefix);
    await this.#remove(
      prefix,
      keys.map((key) => ({ Key: this.#at(key).Key })),
    );
  }

  /**
   * Its role needs `s3:ListBucketVersions` and `s3:DeleteObjectVersion`. The marks of removed objects go last: without its
   * mark, an object that still has a version is there again.
   */
  async removeVersions(prefix: string): Promise<void> {
    const { Bucket, Key: Prefix } = this.#at(prefix);
    const [versions, marks]: [ObjectIdentifier[], ObjectIdentifier[]] = [[], []];
    let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
    while (next) {
      const command = new ListObjectVersionsCommand({ Bucket, Prefix, ...next });
      const page: ListObjectVersionsCommandOutput = await this.#do(`list the versions of ${prefix}`, () =>
        this.#options.client.send(command),
      );
      for (const { Key, VersionId, IsLatest } of page.Versions ?? []) {
        if (!IsLatest) versions.push({ Key, VersionId });
      }
      for (const { Key, VersionId } of page.DeleteMarkers ?? []) marks.push({ Key, VersionId });
      next = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
    await this.#remove(prefix, versions);
    await this.#remove(prefix, marks);
  }

  async #remove(prefix: string, objects: readonly ObjectIdentifier[]): Promise<void> {
    for (const some of inBatches(objects, KEYS_PER_DELETE)) {
      const command = new DeleteObjectsCommand({
        Bucket: this.#options.bucket,
        Delete: { Objects: [...some], Quiet: true },
      });
      await this.#do(`remove ${prefix}`, async () => {
        const { Errors: [failed] = [] } = await this.#options.client.send(command);
        // It comes with status 200; thrown, it is repeated and told like the others.
        if (failed) throw Object.assign(new Error(`${failed.Key}: ${failed.Message}`), { name: failed.Code });
      });
    }
  }

  async #begin(key: string): Promise<Upload> {
    const created = await this.#do(`begin an upload to ${key}`, () =>
      this.#options.client.send(new CreateMultipartUploadCommand(this.#at(key))),
    );
    return { ...this.#at(key), UploadId: created.UploadId };
  }

  /** What made it necessary is the error to tell. */
  async #abort(key: string, upload: Upload): Promise<void> {
    const abort = new AbortMultipartUploadCommand(upload);
    await this.#do(`abort the upload to ${key}`, () => this.#options.client.send(abort)).catch(() => {});
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: this.#prefix + key };
  }

  #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    return patiently(`${what} in s3://${this.#options.bucket}/${this.#prefix}`, this.#options, call);
  }
}

function undefinedWithoutKey(error: unknown): undefined {
  // Of a HEAD there is no body that could tell which.
  if (!['NoSuchKey', 'NotFound'].includes(nameOf(error))) throw error;
}
