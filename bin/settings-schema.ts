import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsSchema } from '../lib/settings-schema.ts';

/** Writes the JSON schema that `soundalike.config.json` names; a test holds it against the settings. */
const path = join(import.meta.dirname, '../lib/settings.schema.json');
writeFileSync(path, `${JSON.stringify(settingsSchema(), null, 2)}\n`);
