import { CONTROL_PATH, DONE, readList, wrong } from './control-routes.ts';
import { type FaultSwitch, faultSchema } from './faults.ts';
import { ok, type Route } from './http.ts';

/** Where faults are switched over HTTP; docs/stand-in.md shows how. */
export const FAULTS_PATH = `${CONTROL_PATH}/faults`;

/** The control path: GET lists, POST adds one fault or a list of them, DELETE clears all or one. */
export function faultRoutes(faults: FaultSwitch): Route[] {
  return [
    { method: 'GET', path: FAULTS_PATH, handle: () => ok({ faults: faults.list() }) },
    {
      method: 'POST',
      path: FAULTS_PATH,
      handle(request) {
        const rules = readList(request, faultSchema, 'fault');
        if (!Array.isArray(rules)) return rules;
        return { status: 201, body: { added: rules.map((rule) => faults.add(rule)) } };
      },
    },
    {
      method: 'DELETE',
      path: FAULTS_PATH,
      handle() {
        faults.clear();
        return DONE;
      },
    },
    {
      method: 'DELETE',
      path: `${FAULTS_PATH}/:id`,
      handle: ({ params: { id = '' } }) =>
        faults.remove(Number(id)) ? DONE : wrong(404, `there is no fault ${id}`),
    },
  ];
}
