import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What goes wrong with a request: an error of S3, or a connection that is cut before or in the middle of the body,
 * or stands still there. */
export type S3Fault = { status: number; code: string } | 'cut' | 'cut-body' | 'stall-body' | 'error-in-200';

/** A request as S3 sees it: `GET /bucket/key?query`. */
export interface S3Request {
  line: string;
  headers: IncomingMessage['headers'];
}

/** An S3 that keeps its objects in memory and speaks REST and XML, path style. */
export interface S3Server {
  url: string;
  /** By `bucket/key`. */
  objects: Map<string, Buffer>;
  /** What is known of objects beside their bytes, by `bucket/key`: the headers `x-amz-meta-…`. */
  metadata: Map<string, Record<string, string>>;
  /** Uploads in parts that are neither completed nor aborted. */
  uploads: Map<string, Upload>;
  requests: S3Request[];
  /** Whether earlier versions are kept; not unless told. */
  versioned: boolean;
  /** Those that are, the last first: of `bucket/key`; a mark stands for a removal. */
  earlier: { id: string; path: string; object: Buffer | 'mark' }[];
  /** Asked at each request; may be replaced. */
  fault: (line: string, turn: number) => S3Fault | undefined;
  /** Awaited before a request is served; may be replaced. */
  hold: (line: string) => Promise<void> | undefined;
  close(): Promise<void>;
}

/** An upload in parts. */
interface Upload {
  parts: Map<number, Buffer>;
  metadata: Record<string, string>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function serveS3(): Promise<S3Server> {
  const server = createServer(async (message, response) => {
    const body = await buffer(message);
    const line = `${message.method} ${decodeURIComponent(message.url ?? '')}`;
    it.requests.push({ line, headers: message.headers });
    const fault = it.fault(line, it.requests.length);
    await it.hold(line);
    if (fault === 'cut') response.destroy();
    else if (fault === 'error-in-200') answer(response, 200, errorXml('InternalError'));
    else if (typeof fault === 'object') answer(response, fault.status, errorXml(fault.code));
    else serveRequest(it, message, body, fault ? halving(response, fault === 'cut-body') : response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    metadata: new Map(),
    uploads: new Map(),
    requests: [],
    versioned: false,
    earlier: [],
    fault: () => undefined,
    hold: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return it;
}

/** Makes the response send its head and half of its body, and then nothing, or the end of the connection. */
function halving(response: ServerResponse, isCut: boolean): ServerResponse {
  response.end = ((body: Buffer) => {
    response.write(body.subarray(0, body.length / 2), () => isCut && response.destroy());
    return response;
  }) as ServerResponse['end'];
  return response;
}

function serveRequest(s3: S3Server, message: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { pathname, searchParams: query } = new URL(message.url ?? '/', s3.url);
  const path = decodeURIComponent(pathname.slice(1)).replace(/\/$/, '');
  const upload = query.get('uploadId');
  const route = `${message.method}${query.has('uploads') ? ' uploads' : upload ? ' upload' : ''}`;
  if (upload && !s3.uploads.has(upload)) answer(response, 404, errorXml('NoSuchUpload'));
  else if (!isMet(s3, path, route, message)) answer(response, 412, errorXml('PreconditionFailed'));
  else if (query.has('versions')) answer(response, 200, versionsXml(s3, path, query));
  else if (query.has('list-type')) answer(response, 200, listXml(s3, path, query));
  else if (query.has('delete')) answer(response, 200, remove(s3, path, body.toString()));
  else if (route === 'GET' || route === 'HEAD') get(s3, path, message, response);
  else if (route === 'DELETE') {
    s3.objects.delete(path);
    answer(response, 204, '');
  } else if (route === 'PUT') put(s3, path, message.headers['x-amz-copy-source'], body, response);
  else
    answer(
      response,
      route === 'DELETE upload' ? 204 : 200,
      uploadStep(s3, route, path, query, body, message, response),
    );
}

/** Whether a request that changes an object may, by its headers `If-Match` and `If-None-Match`. */
function isMet(s3: S3Server, path: string, route: string, { headers }: IncomingMessage): boolean {
  if (!['PUT', 'DELETE', 'POST upload'].includes(route)) return true;
  const object = s3.objects.get(path);
  if (headers['if-none-match'] === '*') return object === undefined;
  return (
    headers['if-match'] === undefined || (object !== undefined && headers['if-match'] === etagOf(object))
  );
}

const etagOf = (object: Buffer): string => `"${createHash('md5').update(object).digest('hex')}"`;

const metadataIn = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-')) as [string, string][],
  );

/** Gives an object or a range of it, if it is the one that is asked for. */
function get(
  s3: S3Server,
  path: string,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const object = s3.objects.get(path);
  const etag = object && etagOf(object);
  const wanted = headers['if-match'] ?? etag;
  if (!object) answer(response, 404, method === 'HEAD' ? '' : errorXml('NoSuchKey'));
  else if (wanted !== etag) answer(response, 412, errorXml('PreconditionFailed'));
  else {
    const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    const body = start === undefined ? object : object.subarray(Number(start), Number(last) + 1);
    const metadata = s3.metadata.get(path);
    response.writeHead(start === undefined ? 200 : 206, { ...metadata, 'content-length': body.length, etag });
    response.end(method === 'HEAD' ? undefined : body);
  }
}

function put(s3: S3Server, path: string, from: unknown, body: Buffer, response: ServerResponse): void {
  const object = typeof from === 'string' ? s3.objects.get(decodeURIComponent(from)) : body;
  if (object) keepVersion(s3, path);
  if (object) s3.objects.set(path, object);
  s3.metadata.delete(path);
  const copied = from ? '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>' : '';
  answer(response, object ? 200 : 404, object ? copied : errorXml('NoSuchKey'));
}

/** A step of an upload in parts. */
function uploadStep(
  s3: S3Server,
  route: string,
  path: string,
  query: URLSearchParams,
  body: Buffer,
  message: IncomingMessage,
  response: ServerResponse,
): string {
  const id = query.get('uploadId') ?? `upload-${s3.requests.length}`;
  const upload = s3.uploads.get(id) ?? { parts: new Map<number, Buffer>(), metadata: metadataIn(message) };
  const { parts, metadata } = upload;
  if (route === 'POST uploads') {
    s3.uploads.set(id, upload);
    return `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
  }
  if (route === 'PUT upload') {
    const part = Number(query.get('partNumber'));
    const from = message.headers['x-amz-copy-source'];
    if (typeof from === 'string') {
      parts.set(part, s3.objects.get(decodeURIComponent(from)) ?? Buffer.alloc(0));
      return `<CopyPartResult><ETag>"${part}-copied"</ETag></CopyPartResult>`;
    }
    parts.set(part, body);
    response.setHeader('etag', `"${part}-${body.length}"`);
    return '';
  }
  if (route === 'POST upload') {
    const listed = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, part]) => Number(part));
    s3.objects.set(path, Buffer.concat(listed.map((part) => parts.get(part) ?? Buffer.alloc(0))));
    s3.metadata.set(path, metadata);
  }
  s3.uploads.delete(id);
  return route === 'POST upload' ? '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>' : '';
}

function listXml(s3: S3Server, bucket: string, query: URLSearchParams): string {
  const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
  const keys = [...s3.objects.keys()].filter((path) => path.startsWith(prefix)).sort();
  const start = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(start, start + 1000);
  const next = start + page.length;
  const contents = page.map((path) => `<Contents><Key>${path.slice(bucket.length + 1)}</Key></Contents>`);
  const more = next < keys.length ? `<NextContinuationToken>${next}</NextContinuationToken>` : '';
  return `<ListBucketResult>${contents.join('')}${more}</ListBucketResult>`;
}

/** Keeps what a put or a removal takes the place of. */
function keepVersion({ versioned, earlier, objects, requests }: S3Server, path: string): void {
  const object = objects.get(path);
  if (versioned && object) earlier.unshift({ id: `v${requests.length}-${earlier.length}`, path, object });
}

/** Two to a page: first what lies there now, then the earlier ones; a mark is the latest where nothing lies there. */
function versionsXml(s3: S3Server, bucket: string, query: URLSearchParams): string {
  const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
  const key = (path: string): string => path.slice(bucket.length + 1);
  const xml = (kind: string, path: string, id: string, isLatest: boolean): string =>
    `<${kind}><Key>${key(path)}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest></${kind}>`;
  const all = [
    ...[...s3.objects.keys()].map((path) => ({ path, text: xml('Version', path, 'now', true) })),
    ...s3.earlier.map(({ id, path, object }, i) => {
      const isLast = s3.earlier.findIndex((other) => other.path === path) === i && !s3.objects.has(path);
      return { path, text: xml(object === 'mark' ? 'DeleteMarker' : 'Version', path, id, isLast) };
    }),
  ].filter(({ path }) => path.startsWith(prefix));
  const start = Number(query.get('version-id-marker') ?? 0);
  const page = all.slice(start, start + 2).map(({ text }) => text);
  const isTruncated = start + 2 < all.length;
  const next = isTruncated
    ? `<NextKeyMarker>any</NextKeyMarker><NextVersionIdMarker>${start + 2}</NextVersionIdMarker>`
    : '';
  return `<ListVersionsResult><IsTruncated>${isTruncated}</IsTruncated>${next}${page.join('')}</ListVersionsResult>`;
}

function removeObject(s3: S3Server, path: string): void {
  const { versioned, earlier, objects, requests } = s3;
  if (!objects.has(path)) return;
  keepVersion(s3, path);
  objects.delete(path);
  if (versioned) earlier.unshift({ id: `m${requests.length}-${earlier.length}`, path, object: 'mark' });
}

/** Removes one version for good. An object whose mark goes is there again, as its last version has it. */
function removeVersion({ earlier, objects }: S3Server, path: string, id: string): void {
  const at = earlier.findIndex((version) => version.path === path && version.id === id);
  const [removed] = earlier.splice(at, 1);
  const last = earlier.find((version) => version.path === path);
  if (removed?.object === 'mark' && !objects.has(path) && last && last.object !== 'mark') {
    objects.set(path, last.object);
  }
}

/** Removes at most 1,000 objects, as S3 does; those whose name has `locked` stay and are told in the answer. */
function remove(s3: S3Server, bucket: string, body: string): string {
  const objects = [...body.matchAll(/<Key>([^<]*)<\/Key>(?:<VersionId>([^<]*)<)?/g)];
  if (objects.length > 1000) return errorXml('MalformedXML');
  const locked = objects.map(([, key]) => key as string).filter((key) => key.includes('locked'));
  for (const [, key = '', version] of objects) {
    const path = `${bucket}/${key}`;
    if (locked.includes(key)) continue;
    if (version) removeVersion(s3, path, version);
    else removeObject(s3, path);
  }
  const errors = locked.map(
    (key) => `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>locked</Message></Error>`,
  );
  return `<DeleteResult>${errors.join('')}</DeleteResult>`;
}

const errorXml = (code: string): string =>
  `<Error><Code>${code}</Code><Message>as the test wants</Message></Error>`;

function answer(response: ServerResponse, status: number, xml: string): void {
  const text = xml && `<?xml version="1.0" encoding="UTF-8"?>${xml}`;
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(text),
  });
  response.end(status === 204 ? undefined : Buffer.from(text));
}
