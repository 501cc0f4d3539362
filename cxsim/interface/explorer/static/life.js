// One life in base and plan: chosen by a click on a dot or from the list, told in sentences.

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
export async function showLife(plan, person, replication) {
  asking?.abort();
  asking = new AbortController();
  by("life").replaceChildren(make("p", { class: "small" }, say("life.loading")));
  try {
    const life = await (await ask("/api/life", { plan, person, replication }, { signal: asking.signal })).json();
    by("life").replaceChildren(...told(life));
  } catch (error) {
    if (error.name !== "AbortError") by("life").replaceChildren(make("p", { class: "notice" }, error.message));
  }
}

function told(life) {
  const parted = life.base.length || life.plan.length;
  const title = make("h4", {}, say("life.person", { person: number(life.person) }));
  if (!parted && !life.same.length) return [title, make("p", {}, say("life.nothing"))];
  const same = life.same.length ? [moments("life.same", life.same)] : [];
  const words = parted ? (life.same.length ? "life.parted" : "life.parted.once") : "life.alike";
  const after = parted ? [make("div", { class: "life" }, moments("life.base", life.base), moments("life.plan", life.plan))] : [];
  return [title, ...same, make("p", { class: "strong" }, say(words)), ...after];
}

function moments(key, all) {
  return make("section", {}, make("h5", {}, say(key)), make("ol", { tabindex: 0, "aria-label": say(key) }, ...all.map((moment) =>
    make("li", {}, make("span", { class: "number small" }, say("life.week", { week: number(moment.week, 1) })), make("span", {}, moment.said)))));
}
