import { type ReactElement, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import { useAction } from '../hooks/use-action.js';
import { type StreamField, type StreamFormValues, fieldOfError } from '../model/stream-form.js';
import { CheckField } from './check-field.js';
import { FormField } from './form-field.js';
import { ProblemText } from './problem-text.js';

export interface StreamFormProps {
  readonly initial: StreamFormValues;
  /** Whether it is a new stream; one that exists keeps its name. */
  readonly isNew: boolean;
  readonly save: (values: StreamFormValues) => Promise<void>;
  readonly onClose: () => void;
}

/** Fields that can be wrong and stand under "More settings". */
const MORE: ReadonlySet<string> = new Set([
  'fps',
  'width',
  'height',
  'quality',
  'policy',
  'frameBuffer',
  'idleTimeout',
]);

/** The form of a stream. What the server refuses stands at the field that it is about. */
export function StreamForm({ initial, isNew, save, onClose }: StreamFormProps): ReactElement {
  const [values, setValues] = useState(initial);
  const { run, isRunning, problem } = useAction(save);
  const formRef = useRef<HTMLFormElement>(null);
  const field = problem === null ? null : fieldOfError(problem);
  const [isMoreOpen, setMoreOpen] = useState(!isNew);

  useEffect(() => {
    if (field !== null && MORE.has(field)) setMoreOpen(true);
    formRef.current?.querySelector<HTMLInputElement>('[aria-invalid=true]')?.focus();
  }, [problem, field]);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (await run(values)) onClose();
  };
  const text = (name: StreamField & TextField) => ({
    value: values[name],
    error: field === name ? (problem?.message ?? null) : null,
    onChange: (value: string) => setValues({ ...values, [name]: value }),
  });
  const check = (name: CheckName) => ({
    isChecked: values[name],
    onChange: (isChecked: boolean) => setValues({ ...values, [name]: isChecked }),
  });

  // Settings that cannot be taken back to their defaults: an empty field leaves them alone.
  const byDefault = (value: string): string => (isNew ? value : 'Unchanged');

  return (
    <form ref={formRef} className="stream-form" onSubmit={(event) => void submit(event)}>
      {problem !== null && field === null && <ProblemText problem={problem} />}
      {isNew && (
        <FormField label="Name" {...text('name')} isRequired hasFocus hint="Letters, digits, “_”, “.” and “-”." />
      )}
      <FormField
        label="Source"
        {...text('url')}
        isRequired={isNew}
        hasFocus={!isNew}
        placeholder={isNew ? 'rtsp://192.0.2.10/stream1' : 'Unchanged'}
        hint="Address of a camera or stream: rtsp, rtsps, http, https, srt, udp or tcp; a password may be part of it."
      />
      <details open={isMoreOpen} onToggle={(event) => setMoreOpen(event.currentTarget.open)}>
        <summary>More settings</summary>
        <div className="more">
          <div className="field-row">
            <FormField label="Width" {...text('width')} isNumber placeholder="As it is" />
            <FormField label="Height" {...text('height')} isNumber placeholder="As it is" />
            <FormField label="Frames a second" {...text('fps')} isNumber placeholder="As they come" />
            <FormField label="JPEG quality" {...text('quality')} isNumber placeholder="Default" />
          </div>
          <div className="field-row">
            <FormField
              label="For slow clients"
              {...text('policy')}
              placeholder={byDefault('latest')}
              hint="latest, queue:N or every"
            />
            <FormField
              label="Frames kept"
              {...text('frameBuffer')}
              isNumber
              placeholder={byDefault('Default')}
              hint="for who joins late"
            />
          </div>
          <fieldset>
            <legend>Source and pictures</legend>
            <CheckField label="Connect only while somebody watches" {...check('onDemand')} />
            <CheckField label="Decode with the graphics card" {...check('hwaccel')} />
            <CheckField label="Write the name into the picture" {...check('watermark')} />
            <CheckField label="Draw a timecode that programs can read" {...check('timecode')} />
          </fieldset>
          {values.onDemand && (
            <FormField
              label="Seconds until it disconnects"
              {...text('idleTimeout')}
              isNumber
              placeholder={byDefault('Default')}
            />
          )}
        </div>
      </details>
      <div className="dialog-buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={isRunning}>
          {submitLabel(isNew, isRunning)}
        </button>
      </div>
    </form>
  );
}

type CheckName = 'onDemand' | 'hwaccel' | 'watermark' | 'timecode';
type TextField = Exclude<keyof StreamFormValues, CheckName>;

function submitLabel(isNew: boolean, isRunning: boolean): string {
  if (isRunning) return isNew ? 'Adding…' : 'Saving…';
  return isNew ? 'Add stream' : 'Save';
}
