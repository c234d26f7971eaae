// A small organisation that is run from the pages: two regions, a branch and a kiosk in each, and people who may more or less.
import { Aggregator } from "./aggregator.mjs";
import { Broker } from "./broker.mjs";
import { waitFor } from "./wait.mjs";

const PLACES = `
    - { id: harapan, kind: org, name: Harapan Clinic, tz: Asia/Jakarta,
        hours: [ { days: daily, open: "07:00", close: "20:00" } ] }
    - { id: jawa-barat, kind: region, parent: harapan, name: Jawa Barat }
    - { id: jawa-timur, kind: region, parent: harapan, name: Jawa Timur, tz: Asia/Makassar }
    - { id: bandung-dago, kind: branch, parent: jawa-barat, name: Bandung Dago }
    - { id: malang, kind: branch, parent: jawa-timur, name: Malang Ijen }
  kiosks:
    - { id: dago-entrance, name: Main entrance, place: bandung-dago }
    - { id: malang-entrance, name: Main entrance, place: malang }
`;
const PEOPLE = `
    - { name: west, display: Wati West, role: head-office, place: jawa-barat, lang: en, password_file: @dir@/secrets/manager }
    - { name: looker, display: Lia Looker, role: viewer, place: harapan, lang: en, password_file: @dir@/secrets/manager }
`;

/** `plugin`: the broker's, by which kiosks get their passwords; `control`: the aggregator asks for it. */
export async function chain(world, change = (text) => text, { plugin = false, control = plugin } = {}) {
  const broker = await Broker.start(world, { users: ["aggregator", "dago-entrance", "malang-entrance"], plugin });
  const aggregator = await Aggregator.start(world, {
    brokerPort: broker.port,
    control,
    change: (text) => change(`${text.replace(/(?<=^ {2}places:\n)[^]*?(?=^ {2}surveys:)/m, PLACES.slice(1)).trimEnd()}\n${PEOPLE.slice(1).replaceAll("@dir@", world.dir)}`),
  });
  return { broker, aggregator, ...aggregator };
}

export const list = async (session, name) => (await session.get(`/api/v1/manage/${name}`))[name];
export const find = async (session, name, id) => (await list(session, name)).find(({ item }) => (item.id ?? item.name) === id);
export const put = async (session, name, id, item, version = "", query = "") => {
  const answer = await session.raw("POST", `/api/v1/manage/${name}/${id}${query}`, { item, version });
  return { status: answer.status, ...(await answer.json()) };
};

export const done = (page, want) => waitFor(async () => `'${want}', it says '${await page.id("done").textContent()}'`, async () => want.test(await page.id("done").textContent()));
export const errorOf = async (page, field) => {
  const error = page.page.locator(`#error-${field}`);
  await waitFor(`an error beside ${field}`, async () => (await error.textContent()) !== "");
  return error.textContent();
};
