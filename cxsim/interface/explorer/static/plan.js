// The plan as the server wants it, and as the address of the page holds it: readable, whole, and nothing else.

const LEVELS = ["low", "typical", "high"];
const START = 4;

export const PEOPLE = 2000, REPLICATIONS = 6;

/** A plan that changes nothing in a market. */
export function newPlan(market) {
  return {
    market: market.name, file: "", worlds: "", people: Math.min(PEOPLE, market.people), weeks: market.weeks,
    replications: REPLICATIONS, seed: 1, sliders: {}, in_both: false, interventions: [],
  };
}

/** A plan that changes nothing in a market of one's own, lived in ten of the worlds that its figures allow. */
export const ownPlan = (market, file, worlds) => ({ ...newPlan(market), market: "", file, worlds,
  people: Math.min(OWN_PEOPLE, market.people), replications: worlds ? 20 : REPLICATIONS });
const OWN_PEOPLE = 1000;

/** What somebody sees who comes without a plan of their own: an example that does something, in a market everybody knows. */
export function firstPlan(choices) {
  const market = choices.markets.find((each) => each.name === FIRST.market) ?? choices.markets[0];
  const interventions = FIRST.interventions.map((name) => ({ name, level: "typical", start_week: START }));
  return { ...newPlan(market), interventions: market.name === FIRST.market ? interventions : [] };
}

const FIRST = { market: "restaurant", interventions: ["on-time-delivery", "smooth-checkout"] };

/** The part of the address after #. Interventions are name=level@week, sliders key=value. */
export async function toHash(plan) {
  const said = new URLSearchParams();
  if (plan.file) said.set("file", await packed(plan.file));
  else said.set("market", plan.market);
  if (plan.worlds) said.set("worlds", await packed(plan.worlds));
  for (const item of plan.interventions) said.set(item.name, `${item.level}@${item.start_week}`);
  for (const [key, value] of Object.entries(plan.sliders)) said.set(key, String(value));
  if (plan.in_both) said.set("sliders", "both");
  for (const [key, name] of NUMBERS) said.set(key, String(plan[name]));
  return said.toString().replaceAll("%40", "@");
}

const NUMBERS = [["people", "people"], ["weeks", "weeks"], ["n", "replications"], ["seed", "seed"]];

/**
 * The plan that an address holds and the parts of it that say nothing, or null if it holds none; a market or a number that
 * makes no sense is left for the server to refuse.
 */
export async function fromHash(hash, choices) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  if (!said.has("market") && !said.has("file")) return null;
  const market = choices.markets.find((each) => each.name === said.get("market")) ?? choices.markets[0];
  const plan = newPlan(market);
  const wrong = [];
  for (const [key, value] of said) {
    const number = NUMBERS.find(([short]) => short === key);
    if (key === "market") plan.market = value;
    else if (key === "file") plan.file = await unpacked(value);
    else if (key === "worlds") plan.worlds = await unpacked(value);
    else if (number && WHOLE.test(value)) plan[number[1]] = Number(value);
    else if (key === "sliders" && value === "both") plan.in_both = true;
    else if (choices.interventions.some((each) => each.name === key) && chosen(value)) plan.interventions.push({ name: key, ...chosen(value) });
    else if (key.includes(".") && value.trim() && !Number.isNaN(Number(value))) plan.sliders[key] = Number(value);
    else wrong.push(value ? `${key}=${value}` : key);
  }
  if (plan.file) plan.market = "";
  return { plan, wrong };
}

const WHOLE = /^\d+$/;

/** What level@week says of an intervention, either of which may be left out; null if it says neither. */
function chosen(text) {
  const [level = "typical", week = String(START), ...more] = text ? text.split("@") : [];
  return LEVELS.includes(level) && WHOLE.test(week) && !more.length ? { level, start_week: Number(week) } : null;
}

async function through(stream, bytes) {
  const writer = stream.writable.getWriter();
  writer.write(bytes);
  writer.close();
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

async function packed(text) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), bytes));
  } catch {
    return text; // no file at all: the server says so in words
  }
}
