import * as z from 'zod';
import { FEATURES } from '../../core/features.ts';
import { tokenError } from './grants.ts';
import type { Reply, StandInRequest } from './http.ts';

const when = {
  /** Path of the requests it meets, without the query: a prefix, or with `*` (any characters) the whole path. */
  match: z.string().startsWith('/'),
  /** What the query of the requests it meets contains, percent-decoded: an id of a batch, a name; anything unless given. */
  query: z.string().min(1).optional(),
  /** Method of the requests it meets; any unless told. */
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
  /** How many requests it meets; all unless told. */
  times: z.int().min(1).optional(),
  /** How many matching requests it lets pass first. */
  after: z.int().min(0).optional(),
};

/** Whether the stand-in does first what was asked, and fails then. */
const afterWork = z.boolean().default(false);

/** A fault as it is switched on. docs/stand-in.md says what each kind does. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...when,
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    /** A string goes out as plain text, all else as JSON, nothing where it is absent. */
    body: z.unknown().optional(),
    afterWork,
  }),
  z.strictObject({
    ...when,
    kind: z.literal('unauthorized'),
    /** Whether the user's consent ends too, and with it every refresh token. */
    consent: z.boolean().default(false),
  }),
  z.strictObject({
    ...when,
    kind: z.literal('cut'),
    /** In the middle of the body means after the work. */
    where: z.enum(['before', 'body']).default('before'),
    afterWork,
  }),
  z.strictObject({ ...when, kind: z.literal('slow'), delayMs: z.int().min(1).max(600_000) }),
  z.strictObject({ ...when, kind: z.literal('broken-json') }),
  z.strictObject({
    ...when,
    kind: z.literal('null-features'),
    /** Which values are null: all unless told; `whole` makes the rows themselves null, as Spotify's batches do. */
    features: z.union([z.literal('whole'), z.array(z.enum(FEATURES)).min(1)]).default([...FEATURES]),
  }),
  z.strictObject({ ...when, kind: z.literal('duplicates') }),
  z.strictObject({
    ...when,
    kind: z.literal('items'),
    /** The item with this id, or this id in its `href` or its `track`; all items unless given. */
    id: z.string().min(1).optional(),
    /** Fields that replace those of the item; null makes the item itself null. */
    set: z.record(z.string(), z.unknown()).nullable(),
  }),
  /** Meets refreshes of the user's token alone: a good refresh token is said to be none. */
  z.strictObject({ ...when, kind: z.literal('invalid-grant') }),
  /** The playlist that the path names is deleted just before the request comes in. */
  z.strictObject({ ...when, kind: z.literal('playlist-gone') }),
]);

/** A fault as a test or a POST writes it. */
export type FaultRule = z.input<typeof faultSchema>;
/** A fault with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>;

/** A fault that is on, and what it has done so far. */
export interface ListedFault {
  id: number;
  rule: Fault;
  /** Requests that matched it, those that it let pass included. */
  seen: number;
  /** Requests that it met. */
  applied: number;
}

/** Whether a path is meant by a pattern: a prefix, or with `*` the whole path. */
export function pathMatches(pattern: string, path: string): boolean {
  if (!pattern.includes('*')) return path.startsWith(pattern);
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(path);
}

function meets({ kind, match, query = '', method }: Fault, request: StandInRequest): boolean {
  if (!pathMatches(match, request.path) || (method ?? request.method) !== request.method) return false;
  if (![...request.query.values()].join(' ').includes(query)) return false;
  return kind !== 'invalid-grant' || new URLSearchParams(request.body).get('grant_type') === 'refresh_token';
}

/** Switches faults on and off while the stand-in runs. */
export class FaultSwitch {
  #faults: ListedFault[] = [];
  #added = 0;

  /** Switches a fault on, behind those that are on; returns its number. */
  add(rule: FaultRule): number {
    this.#added++;
    this.#faults.push({ id: this.#added, rule: faultSchema.parse(rule), seen: 0, applied: 0 });
    return this.#added;
  }

  /** The faults that are on or used up, in the order they were added. */
  list(): ListedFault[] {
    return structuredClone(this.#faults);
  }

  /** Switches one off; tells whether it was there. */
  remove(id: number): boolean {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter((fault) => fault.id !== id);
    return this.#faults.length < before;
  }

  /** Switches all off. */
  clear(): void {
    this.#faults = [];
  }

  /** The fault that a request meets: the first that matches and is not used up. Counts it. */
  take(request: StandInRequest): Fault | undefined {
    let taken: Fault | undefined;
    for (const fault of this.#faults.filter(({ rule }) => meets(rule, request))) {
      fault.seen++;
      const { times = Number.POSITIVE_INFINITY, after = 0 } = fault.rule;
      if (taken !== undefined || fault.seen <= after || fault.applied >= times) continue;
      fault.applied++;
      taken = fault.rule;
    }
    return taken;
  }
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same body with every list at its top, and in the pages at its top, changed. */
function mapLists(body: unknown, change: (list: unknown[]) => unknown[]): unknown {
  if (!isObject(body)) return body;
  const changed = Object.entries(body).map(([name, value]) => {
    if (Array.isArray(value)) return [name, change(value)];
    return [name, isObject(value) && Array.isArray(value.items) ? mapLists(value, change) : value];
  });
  return Object.fromEntries(changed);
}

function withoutFeatures(row: unknown, features: (Fault & { kind: 'null-features' })['features']): unknown {
  if (features === 'whole') return null;
  if (!isObject(row)) return row;
  return {
    ...row,
    ...Object.fromEntries(features.filter((name) => name in row).map((name) => [name, null])),
  };
}

function changed(item: unknown, { id, set }: Fault & { kind: 'items' }): unknown {
  if (!isObject(item)) return item;
  const track = isObject(item.track) ? item.track : {};
  const isMeant = !id || item.id === id || track.id === id || String(item.href ?? '').endsWith(`/${id}`);
  return isMeant ? set && { ...item, ...set } : item;
}

/** The reply of a fault that takes the place of a good one; undefined for the other faults. */
export function instead(fault: Fault | undefined): Reply | undefined {
  if (fault?.kind === 'status') return { status: fault.status, headers: fault.headers, body: fault.body };
  if (fault?.kind === 'invalid-grant') return tokenError('invalid_grant', 'Invalid refresh token');
  return undefined;
}

/** Whether what was asked is done, for all that the fault then makes of the answer. */
export function isDone(fault: Fault | undefined): boolean {
  if (fault?.kind === 'status') return fault.afterWork;
  if (fault?.kind === 'cut') return fault.afterWork || fault.where === 'body';
  return fault?.kind !== 'invalid-grant';
}

/** The reply that the fault makes of a good one. */
export function spoil(fault: Fault | undefined, reply: Reply): Reply {
  if (fault?.kind === 'duplicates') {
    return { ...reply, body: mapLists(reply.body, (list) => list.flatMap((item) => [item, item])) };
  }
  if (fault?.kind === 'items') {
    return { ...reply, body: mapLists(reply.body, (list) => list.map((item) => changed(item, fault))) };
  }
  if (fault?.kind === 'null-features') {
    const { features } = fault;
    return {
      ...reply,
      body: mapLists(reply.body, (list) => list.map((row) => withoutFeatures(row, features))),
    };
  }
  return reply;
}
