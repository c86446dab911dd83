import type { PlaylistPush, PlaylistPushes } from '../../core/ports.ts';
import bySlotSql from '../../sql/database/playlist_push_by_slot.sql' with { type: 'text' };
import insertSql from '../../sql/database/playlist_push_insert.sql' with { type: 'text' };
import updateSql from '../../sql/database/playlist_push_update.sql' with { type: 'text' };
import type { Engine } from './engine.ts';

/** The table `playlist_pushes`. */
export class PlaylistPushTable implements PlaylistPushes {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async read(slot: string): Promise<PlaylistPush | undefined> {
    return (await this.#engine.all(bySlotSql, [slot]))[0] as unknown as PlaylistPush | undefined;
  }

  async save({ slot, ...push }: PlaylistPush): Promise<void> {
    const { playlist_id, url, name, snapshot, songs, pushed_at, progress } = push;
    const values = [playlist_id, url, name, snapshot, songs, pushed_at, progress];
    await this.#engine.transaction(async (engine) => {
      if ((await engine.run(updateSql, [...values, slot])) > 0) return;
      await engine.run(insertSql, [slot, ...values]);
    });
  }
}
