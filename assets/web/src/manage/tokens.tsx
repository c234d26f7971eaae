// Tokens: programs that may use the API, until when and as what. A token is shown once.
import type { Tokens } from "../api.ts";
import { failureText, postJson, useState } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import { PlaceField, SelectField, TextField } from "./fields.tsx";
import { idOf } from "./items.ts";
import type { TabProps } from "./page.tsx";
import { nameOf, Secret, Split, useEnded, Waiting } from "./parts.tsx";
import { Twice } from "./twice.tsx";
import { ROLES, type Role } from "./users.tsx";
import { NEW } from "./view.ts";
import { useManageWords } from "./words.ts";

export function TokensTab({ view, places, set, say, signedOut }: TabProps) {
  const { t, w, stamp } = useManageWords();
  const loaded = useReport<Tokens>("tokens");
  useEnded(loaded, signedOut);
  const [secret, setSecret] = useState<{ name: string; token: string } | null>(null);
  const [failure, setFailure] = useState("");
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const revoke = async (name: string) => {
    const result = await postJson(`/api/v1/tokens/${name}/revoke`, {});
    if (!result.ok) return setFailure(failureText(result.failure, t));
    setFailure("");
    say(w.revoked(name));
    loaded.again();
  };
  const { tokens } = loaded.data;
  return (
    <>
      {secret && <Secret title={w.tokenOf(secret.name)} hint={w.tokenHint} value={secret.token} done={() => setSecret(null)} />}
      <Split
        list={
          <section class="card" aria-labelledby="h-tokens">
            <header>
              <h2 id="h-tokens">{w.tabs.tokens}</h2>
              <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{w.newToken}</button>
            </header>
            {failure && <p class="error" role="alert">{failure}</p>}
            {tokens.length === 0 ? <p class="hint">{w.noTokens}</p> : (
              <div class="scroll-x">
                <table class="data things" data-testid="tokens">
                  <thead><tr><th scope="col">{w.token}</th><th scope="col">{w.field.role}</th><th scope="col">{w.field.sees}</th><th scope="col">{w.until}</th><th scope="col">{w.lastUsed}</th><th scope="col">{w.revoke}</th></tr></thead>
                  <tbody>
                    {tokens.map((each) => (
                      <tr key={each.name} data-testid={`row-${each.name}`}>
                        <th scope="row">{each.name}<small>{w.madeBy(each.createdBy)}</small></th>
                        <td>{t.role[each.role]}</td>
                        <td>{nameOf(places, each.place)}</td>
                        <td data-label={w.until}>{each.expired ? <b class="warn">{w.expired}</b> : stamp(each.expires)}</td>
                        <td data-label={w.lastUsed}>{each.lastUsed === null ? w.never : stamp(each.lastUsed)}</td>
                        <td><Twice id={`revoke-${each.name}`} words={w.revoke} sure={w.revokeSure(each.name)} hint={w.revokeHint} press={() => void revoke(each.name)} /></td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </section>
        }
        open={view.id === NEW && <TokenForm places={places} close={() => set({ id: "" })} made={(name, token) => {
          setSecret({ name, token });
          loaded.again();
          set({ id: "" });
        }} />}
      />
    </>
  );
}

function TokenForm({ places, made, close }: { places: TabProps["places"]; made: (name: string, token: string) => void; close: () => void }) {
  const { t, w } = useManageWords();
  const top = places.find(({ mine }) => mine);
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>("viewer");
  const [place, setPlace] = useState(top ? idOf(top) : "");
  const [days, setDays] = useState("365");
  const [wrong, setWrong] = useState({ field: "", text: "" });
  const errorOf = (field: string) => (wrong.field === field ? wrong.text : null);
  const make = async () => {
    setWrong({ field: "", text: "" });
    if (!/^[a-z0-9-]{1,32}$/.test(name)) return setWrong({ field: "name", text: name === "" ? w.needed : w.badId });
    if (!/^\d{1,4}$/.test(days) || Number(days) < 1 || Number(days) > 3650) return setWrong({ field: "days", text: w.daysRange });
    const result = await postJson<{ token: string }>("/api/v1/tokens", { name, role, place, days: Number(days) });
    if (result.ok) return made(name, result.value.token);
    const { failure } = result;
    setWrong(failure.kind === "problem" && ["name", "role", "place", "days"].includes(failure.field) ? { field: failure.field, text: failure.detail } : { field: "*", text: failureText(failure, t) });
  };
  return (
    <form class="card editor" data-testid="editor" aria-labelledby="h-editor" noValidate onSubmit={(event) => {
      event.preventDefault();
      void make();
    }}>
      <header>
        <h2 id="h-editor">{w.newToken}</h2>
        <button type="button" class="link" data-testid="close" onClick={close}>{w.close}</button>
      </header>
      <TextField name="name" label={w.field.name} hint={w.tokenNameHint} value={name} set={setName} error={errorOf("name")} />
      <SelectField name="role" label={w.field.role} hint={w.roleHint[role as Role]} value={role} options={ROLES.map((each) => [each, t.role[each]] as const)} set={setRole} error={errorOf("role")} />
      <PlaceField name="place" label={w.field.sees} hint={w.seesHint} places={places} value={place} set={setPlace} error={errorOf("place")} />
      <TextField name="days" number label={w.field.days} value={days} set={setDays} error={errorOf("days")} />
      {errorOf("*") && <p class="error" role="alert">{errorOf("*")}</p>}
      <div class="actions"><button type="submit" class="primary" data-testid="save">{w.makeToken}</button></div>
    </form>
  );
}
