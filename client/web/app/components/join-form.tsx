import { type ReactElement, type SyntheticEvent, useState } from 'react';
import { FormField } from './form-field.js';

export interface JoinFormProps {
  readonly defaultName: string;
  readonly onJoin: (name: string) => void;
}

/** Asks what the device is to be called in the report. */
export function JoinForm({ defaultName, onJoin }: JoinFormProps): ReactElement {
  const [name, setName] = useState(defaultName);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') onJoin(name.trim());
  };
  return (
    <form className="join-form" onSubmit={submit}>
      <FormField
        label="Name of this device"
        value={name}
        hint="It stands in the report."
        isRequired
        hasFocus
        maxLength={64}
        onChange={setName}
      />
      <button type="submit" className="primary large">
        Join
      </button>
    </form>
  );
}
