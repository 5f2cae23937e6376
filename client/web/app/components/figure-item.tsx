import type { ReactElement, ReactNode } from 'react';

/** One figure with its name, inside of a `<dl>`. */
export function FigureItem({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="figure-item">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
