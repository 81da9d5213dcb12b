/** What a page knows of one run; it grows in place, and views get snapshots of it. */

import type { Analysis, DetectorProgress, Issue } from './protocol.js';
import { countIssues, isOver, laterLane, laterRun } from './run-merge.js';

export interface RunView {
  analysis: Analysis;
  issues: Issue[];
  /** Whether everything that is known of it up to now has arrived. */
  complete: boolean;
  /** Whether what is shown may be old, because the connection is down. */
  stale: boolean;
  error: string | null;
}

export class RunRecord {
  complete = false;
  cancelling = false;
  error: string | null = null;
  /** The log is not the whole story: REST has to be asked. */
  private isCut = false;
  private issues: Issue[] = [];
  private seen = new Set<string>();
  /** The list that views have; they get the same one while nothing is added. */
  private shown: Issue[] = [];
  /** What arrives while REST is asked. */
  private arriving: Issue[] | null = null;

  constructor(public analysis: Analysis) {}

  get isOver(): boolean {
    return isOver(this.analysis);
  }

  get isLoading(): boolean {
    return this.arriving !== null;
  }

  /** Whether issues are missing that the log will not bring. */
  get lacksIssues(): boolean {
    return this.isCut || (this.isOver && this.seen.size < countIssues(this.analysis));
  }

  put(analysis: Analysis): void {
    this.analysis = laterRun(this.analysis, analysis);
  }

  putLane(lane: DetectorProgress): void {
    const detectors = this.analysis.detectors.map(old =>
      old.name === lane.name ? laterLane(old, lane) : old,
    );
    this.analysis = { ...this.analysis, detectors };
  }

  append(issues: Issue[]): void {
    for (const issue of issues) {
      this.arriving?.push(issue);
      if (!this.seen.has(issue.id)) {
        this.seen.add(issue.id);
        this.issues.push(issue);
      }
    }
  }

  /** REST is asked for all issues; returns what proves, in the end, that nobody has asked since. */
  beginLoading(): Issue[] {
    this.isCut = true;
    this.complete = false;
    this.arriving = [];
    return this.arriving;
  }

  loaded(ticket: Issue[], issues: Issue[]): void {
    if (ticket !== this.arriving) {
      return;
    }
    this.arriving = null;
    this.isCut = false;
    this.complete = true;
    this.error = null;
    this.issues = [];
    this.shown = [];
    this.seen = new Set();
    this.append([...issues, ...ticket]);
  }

  loadFailed(ticket: Issue[], message: string): void {
    if (ticket === this.arriving) {
      this.arriving = null;
      this.error = message;
    }
  }

  view(stale: boolean): RunView {
    if (this.shown.length !== this.issues.length) {
      this.shown = [...this.issues];
    }
    const isCancelling = this.cancelling && !this.isOver;
    return {
      analysis: isCancelling ? { ...this.analysis, state: 'cancelling' } : this.analysis,
      issues: this.shown,
      complete: this.complete,
      stale,
      error: this.error,
    };
  }
}
