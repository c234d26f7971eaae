import type { Failure } from "./http.ts";
import { useText, type Text } from "./text.ts";

export function failureText(failure: Failure, t: Text["t"]): string {
  switch (failure.kind) {
    case "offline":
      return t.offline;
    case "auth":
      return t.signedOut;
    case "limited":
      return t.limited(failure.seconds);
    case "problem":
      return t.serverError(failure.detail);
  }
}

/** An error beside its field; the field refers to it with aria-describedby. */
export function FieldError({ id, text }: { id: string; text: string | null }) {
  return (
    <p id={id} class="error" role="alert">
      {text}
    </p>
  );
}

export function useFailureText(failure: Failure | null): string | null {
  const { t } = useText();
  return failure && failureText(failure, t);
}
