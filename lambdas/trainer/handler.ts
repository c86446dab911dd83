import { trainEpochOn } from '../../adapters/threads/train-epoch.ts';
import { parseInput, TrainRequest } from '../../core/events.ts';
import { MACHINE, openLake, openWarehouse, withDatabase } from '../deployment.ts';
import { handle } from '../handle.ts';
import { adoptModel } from './adopt.ts';
import { train } from './train.ts';

const [lake, warehouse] = [openLake(process.env), openWarehouse(process.env)];

/** Trains vectors of songs, or adopts some: `TrainRequest` gives `TrainResult`. */
export const handler = handle((event, call) =>
  withDatabase(process.env, async (database) => {
    const deps = { ...MACHINE, ...database, ...call, lake, warehouse, trainEpochOn };
    const request = parseInput(TrainRequest, event, 'trainer');
    return request.adopt ? await adoptModel(deps, request.adopt) : await train(deps, request);
  }),
);
