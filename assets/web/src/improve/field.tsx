// A field with its label, a hint, and what is wrong with it right beside it.
import type { ComponentChildren } from "preact";
import { FieldError } from "../kit.ts";

interface Props {
  name: string;
  label: string;
  hint?: ComponentChildren;
  error: string | null;
  children: (about: Record<string, string | boolean | undefined>) => ComponentChildren;
}

export function Field({ name, label, hint, error, children }: Props) {
  return (
    <div class="field">
      <label for={`i-${name}`}>{label}</label>
      {children({ id: `i-${name}`, "data-testid": `i-${name}`, "aria-invalid": error ? true : undefined, "aria-describedby": `hint-${name} error-${name}` })}
      {hint && <p class="hint" id={`hint-${name}`}>{hint}</p>}
      <FieldError id={`error-${name}`} text={error} />
    </div>
  );
}
