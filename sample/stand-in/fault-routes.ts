import { z } from 'zod';
import { type FaultSwitch, faultSchema } from './faults.ts';
import { ok, type Reply, type Route } from './http.ts';

/** Where faults are switched over HTTP; docs/stand-in.md shows how. */
export const FAULTS_PATH = '/stand-in/faults';

const wrong = (status: number, error: string): Reply => ({ status, body: { error } });

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The control path: GET lists, POST adds one fault or a list of them, DELETE clears all or one. */
export function faultRoutes(faults: FaultSwitch): Route[] {
  return [
    { method: 'GET', path: FAULTS_PATH, handle: () => ok({ faults: faults.list() }) },
    {
      method: 'POST',
      path: FAULTS_PATH,
      handle(request) {
        const body = parsed(request.body);
        if (body === undefined) return wrong(400, 'the body must be JSON: one fault or a list of them');
        const rules = z.array(faultSchema).safeParse(Array.isArray(body) ? body : [body]);
        if (rules.success)
          return { status: 201, body: { added: rules.data.map((rule) => faults.add(rule)) } };
        const issues = rules.error.issues.map(({ path, message }) => {
          const field = path.slice(Array.isArray(body) ? 0 : 1).join('.');
          return field === '' ? message : `${field}: ${message}`;
        });
        return wrong(400, issues.join('; '));
      },
    },
    {
      method: 'DELETE',
      path: FAULTS_PATH,
      handle() {
        faults.clear();
        return { status: 204, body: undefined };
      },
    },
    {
      method: 'DELETE',
      path: `${FAULTS_PATH}/:id`,
      handle: ({ params: { id = '' } }) =>
        faults.remove(Number(id)) ? { status: 204, body: undefined } : wrong(404, `there is no fault ${id}`),
    },
  ];
}
