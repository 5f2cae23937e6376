import { type ReactElement, type ReactNode, useId } from 'react';

export interface FormFieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value, in the server's words. */
  readonly error?: string | null;
  readonly placeholder?: string;
  /** Values that the browser offers; others can be typed. */
  readonly suggestions?: readonly string[];
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  readonly hasFocus?: boolean;
  readonly isNumber?: boolean;
  readonly maxLength?: number;
  readonly onChange: (value: string) => void;
}

/** A text field with its label, a hint and what is wrong with it. */
export function FormField(props: FormFieldProps): ReactElement {
  const { label, value, hint, error = null, onChange } = props;
  const id = useId();
  const describedBy = [hint !== undefined && `${id}-hint`, error !== null && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        placeholder={props.placeholder}
        list={props.suggestions && `${id}-suggestions`}
        required={props.isRequired}
        disabled={props.isDisabled}
        autoFocus={props.hasFocus}
        maxLength={props.maxLength}
        inputMode={props.isNumber === true ? 'decimal' : undefined}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== null}
        aria-describedby={describedBy === '' ? undefined : describedBy}
        onChange={(event) => onChange(event.target.value)}
      />
      {props.suggestions && (
        <datalist id={`${id}-suggestions`}>
          {props.suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== null && (
        <p className="problem" role="alert" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
