// One life in base and plan: chosen by a click on a dot or from the list, drawn as a strip where they part, told whole below.

import { ask } from "./asking.js";
import { by } from "./controls.js";
import { make, number, say } from "./words.js";

const GROUPS = ["rescued", "broken", "moved", "loop", "line", "rest"];
const MOST = 60; // people listed in a group

function groupOf({ base, plan }) {
  if (base === "line" && plan === "loop") return "rescued";
  if (base === "loop" && plan === "line") return "broken";
  if (base !== plan) return "moved";
  return base === "loop" || base === "line" ? base : "rest";
}

export function listPeople(dots) {
  const status = (name, end) => (end ? `${say(`status.${name}`)} (${end})` : say(`status.${name}`));
  const options = (group) => dots.filter((dot) => groupOf(dot) === group).slice(0, MOST).map((dot) =>
    make("option", { value: dot.person }, say("life.option", { person: number(dot.person), base: status(dot.base, dot.base_end), plan: status(dot.plan, dot.plan_end) })));
  const groups = GROUPS.map((group) => [group, options(group)]).filter(([, found]) => found.length)
    .map(([group, found]) => make("optgroup", { label: say(`life.group.${group}`) }, ...found));
  by("person").replaceChildren(make("option", { value: "" }, say("life.choose")), ...groups);
  by("life").replaceChildren();
}

let asking = null;
/** Ask for a life and tell it; the last one asked for wins. */
export async function showLife(plan, dot, replication) {
  const { person } = dot;
  asking?.abort();
  asking = new AbortController();
  by("life").replaceChildren(make("p", { class: "small" }, say("life.loading")));
  try {
    const life = await (await ask("/api/life", { plan, person, replication }, { signal: asking.signal })).json();
    by("life").replaceChildren(...told(life, dot));
    by("life").scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (error.name !== "AbortError") by("life").replaceChildren(make("p", { class: "notice" }, error.message));
  }
}

function told(life, dot) {
  const { strip } = life;
  const title = make("h4", {}, say("life.person", { person: number(life.person) }));
  if (!strip.base.panels.length && !strip.plan.panels.length) return [title, make("p", {}, say("life.nothing"))];
  const lead = say(strip.parted ? (strip.purchases ? "life.parted" : "life.parted.once") : "life.alike", { count: strip.purchases });
  const sides = strip.parted ? ["base", "plan"] : ["base"];
  return [title, make("p", {}, lead), make("div", { class: "strip" }, ...sides.map((side) => scene(side, strip[side], dot, strip.parted))), whole(life)];
}

/** One journey as panels; how the whole story ends stands beside its name. */
function scene(side, { when, panels }, dot, parted) {
  const end = say(`life.end.${dot[side]}`, { end: dot[`${side}_end`] });
  const name = make("h5", {}, parted ? say(`life.${side}`) : say("life.both"), make("span", { class: "small" }, when), make("span", { class: `end ${dot[side]}` }, end));
  const panel = ({ name, said, differs }) => make("li", { class: differs ? "differs" : null }, make("b", {}, say(`panel.${name}`)), make("span", {}, said));
  return make("section", {}, name, panels.length ? make("ol", {}, ...panels.map(panel)) : make("p", { class: "small" }, say("life.over")));
}

/** Every step with its numbers, for who wants to know. */
function whole(life) {
  const after = life.base.length || life.plan.length
    ? [make("div", { class: "life" }, moments("life.base", life.base), moments("life.plan", life.plan))] : [];
  return make("details", {}, make("summary", {}, say("life.whole")), ...(life.same.length ? [moments("life.same", life.same)] : []), ...after);
}

function moments(key, all) {
  return make("section", {}, make("h5", {}, say(key)), make("ol", { class: "steps", tabindex: 0, "aria-label": say(key) }, ...all.map((moment) =>
    make("li", {}, make("span", { class: "number small" }, moment.when), make("span", {}, moment.said)))));
}
