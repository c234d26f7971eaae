// Reports by mail: which go when, to whom, how far they have gone, who has ended one; each as it would look now, in both languages.
import type { Mailings } from "../api.ts";
import { useReport } from "../trends/report.ts";
import type { TabProps } from "./page.tsx";
import { Waiting } from "./parts.tsx";
import { useManageWords } from "./words.ts";

export function MailingsTab(_: TabProps) {
  const { w, f, stamp } = useManageWords();
  const loaded = useReport<Mailings>("mailings");
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const { mailings } = loaded.data;
  return (
    <section class="card" aria-labelledby="h-mailings">
      <header><h2 id="h-mailings">{w.tabs.mailings}</h2><p>{w.mailingsHint}</p></header>
      {mailings.length === 0 ? <p class="hint">{w.noMailings}</p> : (
        <div class="scroll-x">
          <table class="data things" data-testid="mailings">
            <thead><tr><th scope="col">{w.mailing}</th><th scope="col">{w.field.place}</th><th scope="col">{w.goes}</th><th scope="col">{w.readers}</th><th scope="col">{w.look}</th></tr></thead>
            <tbody>
              {mailings.map((each) => (
                <tr key={each.id} data-testid={`row-${each.id}`}>
                  <th scope="row">{each.id}<small>{w.reportOf[each.report]}, {each.lang}</small></th>
                  <td data-label={w.field.place}>{each.place.name}</td>
                  <td data-label={w.goes}>{w.every[each.every]}<small>{w.fromHour(String(each.at).padStart(2, "0"))}</small></td>
                  <td class="wrap" data-label={w.readers}>
                    <ul>
                      {each.readers.map(({ address, through, ended }) => (
                        <li key={address} data-testid={`reader-${address}`}>{address}<small class={ended === null ? "" : "warn"}>{ended !== null ? w.endedAt(stamp(ended)) : through ? w.sentThrough(f.shortDate(Date.parse(`${through}T12:00Z`))) : w.nothingSent}</small></li>
                      ))}
                    </ul>
                  </td>
                  <td class="looks" data-label={w.look}>
                    {(["id", "en"] as const).map((lang) => (
                      <a key={lang} class="tool" href={`/api/v1/mailings/${each.id}/preview?lang=${lang}`} target="_blank" rel="noreferrer" data-testid={`preview-${each.id}-${lang}`} aria-label={w.lookAt(each.id, w.langs[lang])}>{lang.toUpperCase()}</a>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
