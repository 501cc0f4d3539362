// The wall: what the teacher has shown, in letters that the last row reads. It holds no key and shows nothing secret.

import { $, count, doing, fit, head, keepUp, make, putBriefing, say, show } from "./class.js";
import { showBoard } from "./board.js";

let state = null;
keepUp(() => "/class/state", changed);
addEventListener("resize", () => state && changed(state));

async function changed(now) {
  state = now;
  const menu = await head(state);
  for (const place of document.querySelectorAll(".address")) place.textContent = state.address;
  const { phase, step } = state;
  show("join", phase === "setup" && step === "join");
  const words = { setup: menu.story, open: "", locked: say("locked_team"), predict: say("predict_wall"), revealed: "" };
  const headings = {
    setup: say("market_now", { brand: menu.brand, people: count(menu.people), weeks: menu.weeks }),
    open: say("briefing"), locked: say("locked_heading"), predict: say("predict_heading"), revealed: "",
  };
  show("now", phase !== "revealed" && step !== "join");
  $("now-heading").textContent = headings[phase];
  $("now-words").textContent = words[phase];
  $("living").textContent = phase !== "locked" ? "" : state.lived ? say("all_lived") : say("living", { count: state.to_do });
  $("questions").replaceChildren(...(state.questions ?? []).map((question) => make("li", { text: question.words })));
  const market = step === "market" || phase === "open";
  for (const id of ["briefing-lines", "briefing-hint"]) show(id, market);
  if (market) putBriefing(menu);
  show("present", phase !== "revealed" && step !== "market");
  drawTeams();
  await showBoard(state, { wall: true });
  document.body.dataset.number = state.number ?? "";
}

/** Who is there, or who has committed, or every plan; as many as the wall has room for. */
function drawTeams() {
  const { phase, teams, plans } = state;
  const committed = teams.filter((team) => team.committed).length;
  $("present-heading").textContent = phase === "predict" ? "" : say("teams");
  show("present-heading", phase !== "predict");
  $("count").textContent = phase === "setup" ? "" : phase === "predict" ? predicted() : say("teams_count", { committed, teams: teams.length });
  const rows = plans
    ? Object.entries(plans).map(([team, chosen]) => chip(team, chosen.join(", ") || say("nothing"), false))
    : teams.map((team) => chip(team.name, doing(team, phase), phase !== "setup" && team.committed));
  $("teams").replaceChildren(...(rows.length ? rows : [make("li", { text: say("no_teams_yet") })]));
  $("teams").classList.toggle("plans", Boolean(plans));
  fit($("teams"), $("teams-more"));
}

function predicted() {
  if (!state.predicted) return say("nobody_predicted");
  return state.predicted === 1 ? say("predicted_one") : say("predicted", { phones: state.predicted, teams: state.teams_predicted });
}

function chip(name, words, done) {
  return make("li", { class: done ? "done" : "" }, make("span", { text: name, class: "name" }), make("span", { text: words, class: "small" }));
}
