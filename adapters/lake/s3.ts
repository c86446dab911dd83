import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type UploadPartCommandInput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { inBatches } from '../../core/batches.ts';
import type { StagedObject } from '../../core/ports.ts';
import { AWS_CLIENT, nameOf, type Patience, patiently } from '../aws.ts';
import { type Fill, fillFrom, type ObjectStore, type OpenObject, REMOVAL } from './objects.ts';

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

/** Metadata by which an object is known: the mark of the staged object that it was. */
const MARK = 'staged';
/** The upload is completed or aborted, or the object at its target is another by now. */
const NOT_STAGED = new Set(['NoSuchUpload', 'PreconditionFailed', 'NoSuchKey']);

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
  async write(key: string, fill: Fill): Promise<void> {
    const { upload, parts, rest } = await this.#uploadAll(key, fill);
    if (!upload) return await this.put(key, rest);
    await this.#orAbort(upload, async () => {
      await this.#complete({
        ...upload,
        MultipartUpload: { Parts: [...parts, await this.#putPart(upload, parts, rest)] },
      });
    });
  }

  putFile(key: string, file: string): Promise<void> {
    return this.write(key, fillFrom(file));
  }

  /** Uploads to the target, all but the request that completes it, and keeps at `staged` what that request needs. */
  async stage(staged: string, target: string, fill: Fill): Promise<string> {
    const { upload: begun, parts, rest } = await this.#uploadAll(target, fill, markOf(staged));
    const upload = begun ?? (await this.#begin(target, markOf(staged)));
    return await this.#orAbort(upload, async () =>
      this.#keep(staged, target, upload, [...parts, await this.#putPart(upload, parts, rest)]),
    );
  }

  /** S3 copies by itself, at most 5 GB. */
  async stageCopy(from: string, staged: string, target: string): Promise<string | undefined> {
    const source = this.#at(from);
    const CopySource = `${source.Bucket}/${source.Key}`.split('/').map(encodeURIComponent).join('/');
    if (!(await this.#head(from))) return undefined;
    const upload = await this.#begin(target, markOf(staged));
    return await this.#orAbort(upload, async () => {
      const command = new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource });
      const copied = await this.#do(`copy ${from} to ${target}`, () => this.#options.client.send(command));
      return this.#keep(staged, target, upload, [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
    });
  }

  /**
   * S3 cannot distinguish two objects with the same bytes, and another process may write the second meanwhile. So a
   * unique object without content takes the place first, and then that one is removed.
   */
  async stageRemoval(staged: string, target: string, fill: Fill): Promise<string> {
    return `${REMOVAL}${await this.stage(staged, target, fill)}`;
  }

  async place({ staged, target, mark }: StagedObject): Promise<boolean> {
    const isRemoval = mark.startsWith(REMOVAL);
    const kept = await this.get(staged);
    let isThere = kept !== undefined && (await this.#completeStaged(kept));
    if (!isThere || isRemoval) {
      const found = await this.#head(target);
      isThere = found?.Metadata?.[MARK] === mark.replace(REMOVAL, '');
      if (isRemoval && isThere) await this.#removeIf(target, found?.ETag);
      isThere ||= isRemoval && !found;
    }
    if (kept)
      await this.#do(`remove ${staged}`, () =>
        this.#options.client.send(new DeleteObjectCommand(this.#at(staged))),
      );
    return isThere;
  }

  /** Removes nothing where an upload cannot be aborted, since it could still be completed. */
  async discard(key: string): Promise<void> {
    for (const staged of await this.list(key)) {
      const upload = uploadOf(await this.get(staged));
      if (upload) await this.#abort(upload);
    }
    await this.removeAll(key);
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
    const head = await this.#head(key);
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

  #head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    const command = new HeadObjectCommand(this.#at(key));
    return this.#do(`look at ${key}`, () => this.#options.client.send(command).catch(undefinedWithoutKey));
  }

  async #begin(key: string, mark?: string): Promise<Upload> {
    const type = CONTENT_TYPES[key.slice(key.lastIndexOf('.') + 1)];
    const command = new CreateMultipartUploadCommand({
      ...this.#at(key),
      ContentType: type,
      Metadata: mark === undefined ? undefined : { [MARK]: mark },
    });
    const created = await this.#do(`begin an upload to ${key}`, () => this.#options.client.send(command));
    return { ...this.#at(key), UploadId: created.UploadId };
  }

  /** Uploads an object in parts, but for its last bytes; what fits into one part is not begun to be uploaded. */
  async #uploadAll(
    key: string,
    fill: Fill,
    mark?: string,
  ): Promise<{ upload: Upload | undefined; parts: CompletedPart[]; rest: Uint8Array }> {
    const parts: CompletedPart[] = [];
    let upload: Upload | undefined;
    let held: Uint8Array[] = [];
    let size = 0;
    try {
      await fill(async (bytes) => {
        if (size >= SMALLEST_PART && size + bytes.length > PART_BYTES) {
          upload ??= await this.#begin(key, mark);
          parts.push(await this.#putPart(upload, parts, Buffer.concat(held)));
          [held, size] = [[], 0];
        }
        held.push(bytes);
        size += bytes.length;
      });
    } catch (error) {
      if (upload) await this.#tryToAbort(upload);
      throw error;
    }
    return { upload, parts, rest: Buffer.concat(held) };
  }

  async #putPart(
    upload: Upload,
    { length }: readonly CompletedPart[],
    Body: Uint8Array,
  ): Promise<CompletedPart> {
    const PartNumber = length + 1;
    const command = new UploadPartCommand({ ...upload, PartNumber, Body });
    const { ETag } = await this.#do(`put part ${PartNumber} of ${upload.Key}`, () =>
      this.#options.client.send(command),
    );
    return { PartNumber, ETag };
  }

  async #complete(input: CompleteMultipartUploadCommandInput): Promise<void> {
    const command = new CompleteMultipartUploadCommand(input);
    await this.#do(`complete the upload to ${input.Key}`, () => this.#options.client.send(command));
  }

  /** Keeps what completes an upload, while the object that it replaces is the one that is there now. */
  async #keep(staged: string, target: string, upload: Upload, Parts: CompletedPart[]): Promise<string> {
    const IfMatch = (await this.#head(target))?.ETag;
    const condition = IfMatch === undefined ? { IfNoneMatch: '*' } : { IfMatch };
    const input: CompleteMultipartUploadCommandInput = {
      ...upload,
      ...condition,
      MultipartUpload: { Parts },
    };
    await this.put(staged, Buffer.from(JSON.stringify(input)));
    return markOf(staged);
  }

  /** Returns false where the upload was completed or aborted, or the object at its target is another by now. */
  async #completeStaged(kept: Uint8Array): Promise<boolean> {
    const input = JSON.parse(Buffer.from(kept).toString()) as CompleteMultipartUploadCommandInput;
    try {
      await this.#complete(input);
      return true;
    } catch (error) {
      if (!NOT_STAGED.has(nameOf((error as Error).cause))) throw error;
      await this.#abort(input);
      return false;
    }
  }

  async #removeIf(key: string, IfMatch: string | undefined): Promise<void> {
    const command = new DeleteObjectCommand({ ...this.#at(key), IfMatch });
    await this.#do(`remove ${key}`, async () => {
      await this.#options.client.send(command).catch((error) => {
        if (!NOT_STAGED.has(nameOf(error))) throw error;
      });
    });
  }

  async #orAbort<T>(upload: Upload, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.#tryToAbort(upload);
      throw error;
    }
  }

  /** Makes sure that the upload cannot be completed any more. */
  async #abort({ Bucket, Key, UploadId }: Upload): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await this.#do(`abort the upload to ${Key}`, async () => {
      await this.#options.client.send(command).catch((error) => {
        if (nameOf(error) !== 'NoSuchUpload') throw error;
      });
    });
  }

  /** The error that made it necessary is the one to report; S3 aborts what is left after some days by itself. */
  #tryToAbort(upload: Upload): Promise<void> {
    return this.#abort(upload).catch(() => {});
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: this.#prefix + key };
  }

  #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    return patiently(`${what} in s3://${this.#options.bucket}/${this.#prefix}`, this.#options, call);
  }
}

/** Marks are metadata, which must be ASCII; names of datasets need not be. */
const markOf = (staged: string): string => createHash('sha256').update(staged).digest('hex');

/** The upload that a staged object is to complete; undefined for whatever else lies there. */
function uploadOf(kept: Uint8Array | undefined): Upload | undefined {
  try {
    const { Bucket, Key, UploadId } = JSON.parse(Buffer.from(kept ?? []).toString()) as Upload;
    return UploadId === undefined ? undefined : { Bucket, Key, UploadId };
  } catch {
    return undefined;
  }
}

function undefinedWithoutKey(error: unknown): undefined {
  // Of a HEAD there is no body that could tell which.
  if (!['NoSuchKey', 'NotFound'].includes(nameOf(error))) throw error;
}
