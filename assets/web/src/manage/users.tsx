// People: who may log in, as what, and how far they see.
import type { Changes, ManagedUser } from "../api.ts";
import { failureText, postJson, useState } from "../kit.ts";
import { useReport } from "../trends/report.ts";
import { Editor } from "./editor.tsx";
import { PlaceField, SelectField, TextField } from "./fields.tsx";
import { idOf, word } from "./items.ts";
import type { TabProps } from "./page.tsx";
import { nameOf, Secret, Split, useEnded, Waiting } from "./parts.tsx";
import { Twice } from "./twice.tsx";
import { NEW } from "./view.ts";
import { useManageWords } from "./words.ts";

export const ROLES = ["viewer", "manager", "head-office", "admin"] as const;
export type Role = (typeof ROLES)[number];
const LANGS = [["id", "Bahasa Indonesia"], ["en", "English"]] as const;
const SHOWN = ["name", "display", "role", "place", "lang"] as const;

export function UsersTab({ session, view, places, set, say, signedOut }: TabProps) {
  const { t, w } = useManageWords();
  const loaded = useReport<{ users: ManagedUser[] }>("manage/users");
  useEnded(loaded, signedOut);
  const [secret, setSecret] = useState<{ user: string; password: string } | null>(null);
  const [failure, setFailure] = useState("");
  if (!loaded.data) return <Waiting failure={loaded.failure} again={loaded.again} />;
  const given = loaded.data.users.find((each) => idOf(each) === view.id) ?? null;
  const top = places.find(({ mine }) => mine);
  const renew = async (id: string) => {
    const result = await postJson<{ password: string }>(`/api/v1/manage/users/${id}/password`, {});
    if (!result.ok) return setFailure(failureText(result.failure, t));
    setFailure("");
    setSecret({ user: id, password: result.value.password });
    loaded.again();
  };
  const disable = async (id: string) => {
    const result = await postJson(`/api/v1/manage/users/${id}/disable`, {});
    if (!result.ok) return setFailure(failureText(result.failure, t));
    setFailure("");
    say(w.disabledNow(id));
    loaded.again();
  };
  const saved = (id: string, { lines, password }: Changes) => {
    say(lines[0] === "no change" ? w.noChange : w.saved(id));
    if (password) setSecret({ user: id, password });
    loaded.again();
    if (view.id === NEW) set({ id });
  };
  return (
    <>
      {secret && <Secret title={w.passwordOf(secret.user)} hint={w.passwordHint} value={secret.password} done={() => setSecret(null)} />}
      <Split
        list={
          <section class="card" aria-labelledby="h-users">
            <header>
              <h2 id="h-users">{w.tabs.users}</h2>
              <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{w.newUser}</button>
            </header>
            <div class="scroll-x">
              <table class="data things" data-testid="users">
                <thead><tr><th scope="col">{w.field.display}</th><th scope="col">{w.field.role}</th><th scope="col">{w.field.sees}</th><th scope="col">{w.state}</th></tr></thead>
                <tbody>
                  {loaded.data.users.map((each) => (
                    <tr key={idOf(each)} class={idOf(each) === view.id ? "on" : ""} data-testid={`row-${idOf(each)}`}>
                      <th scope="row">
                        <button type="button" class="link" data-testid={`open-${idOf(each)}`} aria-current={idOf(each) === view.id ? "true" : undefined} onClick={() => set({ id: idOf(each) })}>{word(each.item, "display") || idOf(each)}</button>
                        <small>{idOf(each)}</small>
                      </th>
                      <td>{t.role[word(each.item, "role") as Role]}</td>
                      <td data-label={w.field.sees}>{nameOf(places, word(each.item, "place"))}</td>
                      <td>{each.disabled ? <b class="warn">{w.disabled}</b> : w.mayLogIn}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        }
        open={
          (view.id === NEW || given) && (
            <Editor key={view.id} list="users" given={view.id === NEW ? null : given} start={{ name: "", display: "", role: "manager", place: top ? idOf(top) : "", lang: "id" }} title={given ? word(given.item, "display") || view.id : w.newUser} shown={SHOWN} places={places} saved={saved} close={() => set({ id: "" })}
              form={({ item, isNew, put, error }) => (
                <>
                  <TextField name="display" label={w.field.display} value={word(item, "display")} set={(display) => put({ display })} error={error("display")} />
                  <TextField name="name" label={w.field.login} hint={isNew ? w.loginHint : w.loginFixed} fixed={!isNew} value={word(item, "name")} set={(name) => put({ name })} error={error("name")} />
                  <SelectField name="role" label={w.field.role} hint={w.roleHint[word(item, "role") as Role]} value={word(item, "role")} options={ROLES.map((each) => [each, t.role[each]] as const)} set={(role) => put({ role })} error={error("role")} />
                  <PlaceField name="place" label={w.field.sees} hint={w.seesHint} places={places} value={word(item, "place")} set={(place) => put({ place })} error={error("place")} />
                  <SelectField name="lang" label={w.field.lang} value={word(item, "lang")} options={LANGS} set={(lang) => put({ lang })} error={error("lang")} />
                </>
              )}
            >
              {given && (
                <>
                  {failure && <p class="error" role="alert">{failure}</p>}
                  <div class="more-actions">
                    <Twice id="password" words={given.disabled ? w.enable : w.newPassword} sure={w.newPasswordSure} hint={w.newPasswordHint} press={() => void renew(view.id)} />
                    {!given.disabled && view.id !== session.user.name && <Twice id="disable" words={w.disable} sure={w.disableSure} hint={w.disableHint} press={() => void disable(view.id)} />}
                  </div>
                </>
              )}
            </Editor>
          )
        }
      />
    </>
  );
}
