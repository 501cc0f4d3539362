// The projector: how to join, who has committed, then the board. It holds no key and shows nothing that is secret.

import { $, count, doing, head, keepUp, make, putBriefing, say, show } from "./class.js";
import { showBoard } from "./board.js";

keepUp(() => "/class/state", changed);

async function changed(state) {
  const menu = await head(state);
  const revealed = state.phase === "revealed";
  $("address").textContent = state.address;
  show("join", state.phase === "setup" || state.phase === "open");
  show("present", !revealed);
  show("now", !revealed);
  const facts = say("market_now", { brand: menu.brand, people: count(menu.people), weeks: menu.weeks });
  $("now-heading").textContent = state.phase === "locked" ? say("locked_heading") : facts;
  $("story").textContent = state.phase === "locked" ? "" : menu.story;
  $("living").textContent = state.phase !== "locked" ? "" : state.lived ? say("all_lived") : say("living", { count: state.to_do });
  show("briefing", state.phase !== "locked");
  putBriefing(menu);
  show("predict", state.phase === "locked");
  const committed = state.teams.filter((team) => team.committed).length;
  $("count").textContent = state.phase === "setup" ? "" : say("teams_count", { committed, teams: state.teams.length });
  $("teams").replaceChildren(...state.teams.map((team) => chip(team, state.phase)));
  if (!state.teams.length) $("teams").replaceChildren(make("li", { text: say("no_teams_yet") }));
  await showBoard(state);
}

function chip(team, phase) {
  return make("li", { class: phase !== "setup" && team.committed ? "done" : "" },
    make("span", { text: team.name, class: "name" }), make("span", { text: doing(team, phase), class: "small" }));
}
