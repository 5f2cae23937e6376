import type { EncodedDistribution, Finding, RunReport } from './run-report-schema.js';

/**
 * A report as people read it: the same sections become HTML, Markdown and the text on the screen. Plain data; words are
 * ready to be shown, numbers have their units in the name. All text may come from a network and is escaped by whoever draws it.
 */
export interface ReportPage {
  readonly title: string;
  readonly verdict: RunReport['verdict'];
  /** The few figures that answer the question of the run; the first one is drawn largest. */
  readonly headlines: readonly Headline[];
  readonly sections: readonly Section[];
}

/** One figure with its name; `note` has its error or its objective. */
export interface Headline {
  readonly label: string;
  readonly value: string;
  readonly note: string | null;
}

/** One part of a report; `id` is a word for links, different for each. */
export type Section =
  | TableSection
  | CurvesSection
  | TimeSeriesSection
  | HeatMapSection
  | WaterfallSection
  | OutagesSection
  | FindingsSection
  | FactsSection;

interface SectionBase {
  readonly id: string;
  readonly title: string;
  /** How to read it, in a sentence or two; empty for nothing. */
  readonly note: string;
}

/** Rows of words and numbers; a number is aligned right and sorted as one. */
export interface TableSection extends SectionBase {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** How many of the rows are worth showing where there is little room, such as a terminal; ten where it is not said. */
  readonly briefRows?: number;
}

export interface TableColumn {
  readonly label: string;
  readonly align: 'left' | 'right';
  /** Whether its words are never cut, also where that leaves no room for the columns behind it. */
  readonly isWhole?: boolean;
}

/** `sortValue` where the text does not sort by itself; `tone` colours it, and never says anything that the text does not. */
export interface TableCell {
  readonly text: string;
  readonly sortValue?: number | null;
  readonly tone?: 'good' | 'warning' | 'bad';
}

/** Percentile curves, all of one unit (microseconds), on a logarithmic scale of percentiles (90, 99, 99.9, …). */
export interface CurvesSection extends SectionBase {
  readonly kind: 'curves';
  readonly curves: readonly Curve[];
}

/** A distribution with its name; `errorUs` is drawn as a band around it. `dashed` is for the corrected one of a pair. */
export interface Curve {
  readonly name: string;
  readonly distribution: EncodedDistribution;
  readonly errorUs: number | null;
  readonly dashed: boolean;
  /** What stands beside its percentiles, which are about the frames that came and say nothing about the others. */
  readonly delivered: number;
  /** Null where the protocol does not show what is missing. */
  readonly lost: number | null;
  /** More may be lost, since only some of its sessions can tell. */
  readonly isLostAtLeast?: true;
}

/** Lines over the time of the run. `values` has one for each entry of `atMs`; null is a gap. */
export interface TimeSeriesSection extends SectionBase {
  readonly kind: 'time series';
  readonly unit: 'us' | 'frames/s' | 'Mbit/s' | 'percent' | 'bytes' | 'count';
  readonly atMs: readonly number[];
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** A row for each session, a column for each bucket of time. Null is nothing measured. */
export interface HeatMapSection extends SectionBase {
  readonly kind: 'heat map';
  readonly unit: 'us';
  readonly bucketMs: number;
  readonly rows: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** Where the time of a frame goes: p50 of each stage as a bar behind the one before. */
export interface WaterfallSection extends SectionBase {
  readonly kind: 'waterfall';
  readonly stages: readonly { readonly name: string; readonly p50Us: number; readonly p99Us: number | null }[];
}

/** Times without a connection, a row for each session that had one. */
export interface OutagesSection extends SectionBase {
  readonly kind: 'outages';
  readonly windowMs: number;
  readonly rows: readonly {
    readonly name: string;
    readonly outages: readonly { readonly fromMs: number; readonly toMs: number; readonly label: string }[];
  }[];
}

export interface FindingsSection extends SectionBase {
  readonly kind: 'findings';
  readonly findings: readonly Finding[];
}

/** Names and values, such as the environment. */
export interface FactsSection extends SectionBase {
  readonly kind: 'facts';
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}
