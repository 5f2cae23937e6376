/** A processor as it was asked for: a built-in one, or a module of the user. */
export interface ProcessorSpec {
  /** `watermark`, `timecode`, or `module`. */
  readonly kind: 'watermark' | 'timecode' | 'module';
  /** Absolute path of the module; null for the built-in ones. */
  readonly path: string | null;
  /** What stands behind the `?`: each key once, values decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}
