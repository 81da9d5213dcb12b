/** What the server's detectors look for, in words; asked for once a page, when somebody wants to know. */

import type { Connection } from './connection.js';

export interface DetectorInfo {
  name: string;
  title: string;
  description: string;
}

export class Catalogue {
  private asked: Promise<readonly DetectorInfo[]> | null = null;

  constructor(private readonly connection: Pick<Connection, 'rest'>) {}

  /** What a detector looks for; null where the server knows no such detector, or can't be asked now. */
  async about(name: string): Promise<DetectorInfo | null> {
    this.asked ??= this.ask();
    try {
      return (await this.asked).find(it => it.name === name) ?? null;
    } catch {
      this.asked = null;
      return null;
    }
  }

  private async ask(): Promise<readonly DetectorInfo[]> {
    const page = await this.connection.rest.get<{ items: DetectorInfo[] }>('detectors');
    return page.items;
  }
}
