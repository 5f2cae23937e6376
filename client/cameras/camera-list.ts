import { toPrintable } from '../../shared/protocol/printable.js';
import { redactText } from '../../shared/redact.js';
import { StreamerError } from '../../shared/errors.js';
import type { LoadTarget } from '../load/crowd.js';
import { parseCameraAddress } from './camera-address.js';
import { passesFilters } from './camera-filter.js';
import type { CameraListConfig } from './camera-list-options.js';
import { fieldOf, isRecord, shownNames, textOf } from './field-path.js';
import type { ListEntry } from './list-entry.js';
import { listError } from './list-error.js';
import { readList } from './list-reader.js';
import type { ListParts } from './list-reader.js';

/** Cameras that a list holds. */
export interface CameraList {
  /** Entries of the list. */
  readonly listed: number;
  /** Of those, entries that pass the filter. */
  readonly selected: number;
  /** In the order of the list; names and addresses differ. */
  readonly cameras: readonly LoadTarget[];
  /** Entries that pass the filter and cannot be opened, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

const USUAL_URL_FIELDS = ['fr_url', 'url'];
const USUAL_NAME_FIELDS = ['name', 'id'];
const MAX_NAME_LENGTH = 64;

/**
 * Reads a list of cameras and tells which of them can be opened. A single one that cannot does not fail the list.
 *
 * @throws {StreamerError} SOURCE_… or CAMERA_LIST_INVALID where there is no list, or nothing in it says where a stream is;
 *   NO_CAMERAS where none passes the filter or none can be opened.
 */
export async function loadCameraList(config: CameraListConfig, parts: ListParts): Promise<CameraList> {
  const urlFields = config.urlField === null ? USUAL_URL_FIELDS : [config.urlField];
  const entries = await readList(config, urlFields, parts);
  const numbered = entries.map((entry, index) => ({ entry, number: index + 1 }));
  const selected = numbered.filter(({ entry }) => passesFilters(entry.fields, config.filters));
  if (entries.length === 0) throw noCameras('The list of cameras is empty.');
  if (selected.length === 0) throw noCameras(filterSentence(config, entries));
  if (selected.every(({ entry }) => urlOf(entry, urlFields) === undefined)) {
    throw noUrlField(
      selected.map(({ entry }) => entry),
      urlFields,
    );
  }
  const list = new CameraNames(config.nameField).open(selected, urlFields);
  const [example] = list.left;
  if (list.cameras.length === 0) {
    throw noCameras(`None of ${selected.length} cameras can be opened; of ${example?.name}, ${example?.why}.`);
  }
  return { listed: entries.length, selected: selected.length, ...list };
}

/** Gives every camera a name and an address of its own. */
class CameraNames {
  /** With the number that the next one of that name would get. */
  private readonly names = new Map<string, number>();
  private readonly byUrl = new Map<string, LoadTarget>();
  private readonly nameFields: readonly string[];

  constructor(nameField: string | null) {
    this.nameFields = nameField === null ? USUAL_NAME_FIELDS : [nameField];
  }

  open(
    selected: readonly { readonly entry: ListEntry; readonly number: number }[],
    urlFields: readonly string[],
  ): Pick<CameraList, 'cameras' | 'left'> {
    const left: { name: string; why: string }[] = [];
    for (const { entry, number } of selected) {
      const name = this.claim(this.wordsFor(entry) ?? `camera-${number}`);
      const camera = this.camera(entry, name, urlFields);
      if (typeof camera === 'string') left.push({ name, why: camera });
      else this.byUrl.set(camera.url, camera);
    }
    return { cameras: [...this.byUrl.values()], left };
  }

  private camera(entry: ListEntry, name: string, urlFields: readonly string[]): LoadTarget | string {
    const url = urlOf(entry, urlFields);
    if (url === undefined || url === null) return `it has no field ${shownNames(urlFields)}`;
    if (typeof url !== 'string') return 'its address is no text';
    const address = parseCameraAddress(url);
    if (typeof address === 'string') return address;
    const same = this.byUrl.get(address.url);
    return same ? `it has the same address as ${same.name}` : { name, ...address };
  }

  private wordsFor(entry: ListEntry): string | null {
    const given = [entry.name, ...this.nameFields.map((field) => textOf(fieldOf(entry.fields, field)))];
    const words = given.map((text) => toPrintable(redactText(text?.slice(0, 4 * MAX_NAME_LENGTH) ?? '')).trim());
    const first = words.find((text) => text !== '');
    return first === undefined ? null : [...first].slice(0, MAX_NAME_LENGTH).join('');
  }

  private claim(wanted: string): string {
    let name = wanted;
    let n = this.names.get(wanted) ?? 1;
    for (; this.names.has(name); n += 1) name = `${wanted}-${n + 1}`;
    this.names.set(wanted, n).set(name, this.names.get(name) ?? 1);
    return name;
  }
}

/** Undefined where it has no such field. */
function urlOf({ fields, url }: ListEntry, urlFields: readonly string[]): unknown {
  if (url !== null) return url;
  return urlFields.map((field) => fieldOf(fields, field)).find((value) => value !== undefined && value !== null);
}

function noUrlField(selected: readonly ListEntry[], urlFields: readonly string[]): StreamerError {
  const count = selected.length === 1 ? 'the only camera has' : `all ${selected.length} cameras have`;
  const example = selected.find(({ fields }) => isRecord(fields));
  const fields = isRecord(example?.fields) ? Object.keys(example.fields) : [];
  const what = urlFields.map((field) => shownNames([field])).join(' or ');
  return listError(`Of the list ${count} no field ${what}; choose another with --url-field, of ${shownNames(fields)}.`);
}

function filterSentence({ filters }: CameraListConfig, entries: readonly ListEntry[]): string {
  const missing = filters.find(({ field }) => entries.every(({ fields }) => fieldOf(fields, field) === undefined));
  const given = shownNames(filters.map(({ text }) => `--filter ${text}`));
  const hint = missing ? `none has a field ${shownNames([missing.field])}.` : 'check the values in it.';
  return `None of the ${entries.length} cameras of the list pass ${given}; ${hint}`;
}

function noCameras(sentence: string): StreamerError {
  return new StreamerError('NO_CAMERAS', sentence);
}
