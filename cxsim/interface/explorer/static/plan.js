// The plan as the server wants it, and as the address of the page holds it: readable, whole, and nothing else.

const LEVELS = ["low", "typical", "high"];
const START = 4;

export const PEOPLE = 2000, REPLICATIONS = 6;

/** A plan that changes nothing in a market. */
export function newPlan(market) {
  return {
    market: market.name, file: "", people: Math.min(PEOPLE, market.people), weeks: market.weeks,
    replications: REPLICATIONS, seed: 1, sliders: {}, in_both: false, interventions: [],
  };
}

/** The part of the address after #. Interventions are name=level@week, sliders key=value. */
export async function toHash(plan) {
  const said = new URLSearchParams();
  if (plan.file) said.set("file", await packed(plan.file));
  else said.set("market", plan.market);
  for (const item of plan.interventions) said.set(item.name, `${item.level}@${item.start_week}`);
  for (const [key, value] of Object.entries(plan.sliders)) said.set(key, String(value));
  if (plan.in_both) said.set("sliders", "both");
  for (const [key, name] of NUMBERS) said.set(key, String(plan[name]));
  return said.toString().replaceAll("%40", "@");
}

const NUMBERS = [["people", "people"], ["weeks", "weeks"], ["n", "replications"], ["seed", "seed"]];

/** The plan that an address holds, or null if it holds none; what makes no sense is left for the server to refuse. */
export async function fromHash(hash, choices) {
  const said = new URLSearchParams(hash.replace(/^#/, ""));
  if (!said.has("market") && !said.has("file")) return null;
  const market = choices.markets.find((each) => each.name === said.get("market")) ?? choices.markets[0];
  const plan = newPlan(market);
  if (said.has("market")) plan.market = said.get("market");
  if (said.has("file")) { plan.file = await unpacked(said.get("file")); plan.market = ""; }
  for (const [key, name] of NUMBERS) if (said.has(key)) plan[name] = Number(said.get(key));
  plan.in_both = said.get("sliders") === "both";
  for (const [key, value] of said) {
    if (choices.interventions.some((each) => each.name === key)) {
      const [level, week] = value.split("@");
      plan.interventions.push({ name: key, level: LEVELS.includes(level) ? level : "typical", start_week: whole(week, START) });
    } else if (key.includes(".")) plan.sliders[key] = Number(value);
  }
  return plan;
}

const whole = (text, otherwise) => (/^\d+$/.test(text ?? "") ? Number(text) : otherwise);

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
