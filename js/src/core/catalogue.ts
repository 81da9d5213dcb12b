/** What the server's detectors look for, in words; asked for once a page, when somebody wants to know. */

import type { Connection } from './connection.js';
import { RestError } from './rest.js';

export interface DetectorInfo {
  name: string;
  title: string;
  description: string;
}

export class Catalogue {
  private readonly rules = new Map<string, Promise<string | null>>();
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

  /** What a rule means or, where nobody knows, what its detector looks for. */
  async explain({ detector, rule }: { detector: string; rule: string }): Promise<string | null> {
    return (await this.rule(detector, rule)) ?? (await this.about(detector))?.description ?? null;
  }

  /** What a rule means; null where nobody knows, or the server can't be asked now. */
  rule(detector: string, rule: string): Promise<string | null> {
    const at = `detectors/${encodeURIComponent(detector)}/rules/${rule}`;
    const known = this.rules.get(at) ?? this.askRule(at);
    this.rules.set(at, known);
    return known;
  }

  private async askRule(at: string): Promise<string | null> {
    try {
      return (await this.connection.rest.get<{ text: string }>(at)).text;
    } catch (error) {
      const isAnswer = error instanceof RestError && !error.retryable;
      if (!isAnswer) {
        this.rules.delete(at);
      }
      return null;
    }
  }

  private async ask(): Promise<readonly DetectorInfo[]> {
    const page = await this.connection.rest.get<{ items: DetectorInfo[] }>('detectors');
    return page.items;
  }
}
