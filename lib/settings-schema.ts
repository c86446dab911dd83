import { z } from 'zod';
import { Settings } from './settings.ts';

/** JSON schema of the file of the settings, by which editors complete and check it. */
export function settingsSchema(): object {
  const { $schema, properties, ...schema } = z.toJSONSchema(Settings, { io: 'input' });
  return {
    $schema,
    title: 'Settings of a deployment of Soundalike; docs/deploying.md explains them',
    ...schema,
    properties: { $schema: { type: 'string' }, ...properties },
  };
}
