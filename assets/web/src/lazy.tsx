// A page, or with `part` a part of one, in a file of its own (build.mjs): fetched, with its style sheet, when it is first
// shown.
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useText } from "./text.ts";

export function lazy<P extends object>(name: string, load: () => Promise<FunctionComponent<P>>, part = false): FunctionComponent<P> {
  let Page: FunctionComponent<P> | null = null;
  return (props) => {
    const { t } = useText();
    const [failed, setFailed] = useState(false);
    const [, setHere] = useState(Page !== null);
    useEffect(() => {
      if (Page) return;
      Promise.all([load(), style(`/${name}.css`)]).then(
        ([page]) => {
          Page = page;
          setHere(true);
        },
        () => setFailed(true),
      );
    }, []);
    if (Page) return <Page {...props} />;
    if (part) return failed ? <p class="error" role="alert">{t.loadFailed}</p> : null;
    return (
      <main id="content" class="page">
        {failed ? (
          <section class="card notice" role="alert">
            <h1>{t.loadFailed}</h1>
            <button type="button" class="primary" onClick={() => location.reload()}>{t.retry}</button>
          </section>
        ) : (
          <p class="hint" role="status">{t.loading}</p>
        )}
      </main>
    );
  };
}

function style(href: string): Promise<unknown> {
  return new Promise((done, fail) => {
    const link = document.createElement("link");
    link.onload = done;
    link.onerror = fail;
    link.rel = "stylesheet";
    link.href = href;
    document.head.append(link);
  });
}
