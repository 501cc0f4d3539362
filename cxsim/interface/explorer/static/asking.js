// Questions to the server: plans go there as JSON; what comes back is an answer, or an error in plain words.

import { say } from "./words.js";

const MOST_TRIES = 12;
const SECONDS_TO_WAIT = 3; // for a server that does not answer
let ready = false;

export class Refused extends Error {}
/** Nobody answers, or the connection broke: the same question may be asked again. */
export class Unreachable extends Error {}

/** Post a question. A busy server is asked again when it says so; `waiting` hears for how long. */
export async function ask(address, question, { signal, waiting = () => {}, accept = "application/json" } = {}) {
  for (let tries = 1; ; tries++) {
    const response = await reach(address, {
      method: "POST", headers: { "content-type": "application/json", accept }, body: JSON.stringify(question), signal,
    });
    if (response.ok) return response;
    if (response.status === 503 && tries < MOST_TRIES) {
      const seconds = Number(response.headers.get("retry-after")) || 3;
      waiting(seconds);
      await pause(seconds * (750 + 500 * ((tries * 0.618) % 1)), signal);
      continue;
    }
    throw new Refused(await wordsOf(response));
  }
}

/** The answer to a plan, again and again as more pairs of lives are there: {pairs, of, answer}. */
export async function* askInSteps(address, question, options) {
  const response = await ask(address, question, { ...options, accept: "text/event-stream" });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let complete = false; !complete;) {
    const { value, done } = await reader.read().catch((error) => {
      throw error.name === "AbortError" ? error : new Unreachable(say("error.broken"));
    });
    if (done) throw new Unreachable(say("error.broken")); // before the last step
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) {
      const { error, pairs, of, packed } = JSON.parse(event.slice("data: ".length));
      if (error) throw new Refused(error);
      complete = pairs === of;
      yield { pairs, of, answer: await unpacked(packed) };
    }
  }
}

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

/** Ask until there is an answer, however often nobody answers; `lost` hears of each time. */
export async function persistently(work, lost, signal) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      lost(error);
      await backAgain(signal);
    }
  }
}

/** A while, or until this machine has a network again. */
async function backAgain(signal) {
  let back;
  const online = new Promise((resolve) => addEventListener("online", (back = resolve), { once: true }));
  try {
    await Promise.race([pause(SECONDS_TO_WAIT * 1000, signal), online]);
  } finally {
    removeEventListener("online", back);
  }
}

/** Wait until the server can compute, which takes long only where it compiles the rules; `waiting` hears for how long. */
export async function untilReady(waiting, signal) {
  while (!ready) {
    const response = await reach("/api/ready", { signal });
    if (!response.ok) throw new Refused(await wordsOf(response));
    const { since } = await response.json();
    ready = since === null;
    if (ready) return;
    waiting(since);
    await pause(1000, signal);
  }
}

/** What the server knows at an address. */
export async function found(address) {
  const response = await reach(address);
  if (!response.ok) throw new Refused(await wordsOf(response));
  return response.json();
}

/** Fetch, and say in words when nobody answers. */
async function reach(address, options) {
  try {
    return await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable(say("error.network"));
  }
}

async function wordsOf(response) {
  try {
    return (await response.json()).error;
  } catch {
    return say("error.network");
  }
}

const pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => { clearTimeout(timer); reject(new DOMException("", "AbortError")); });
  });
