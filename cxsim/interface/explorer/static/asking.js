// Questions to the server: plans go there as JSON; what comes back is an answer, or an error in plain words.

import { say } from "./words.js";

const MOST_TRIES = 12;
let ready = false;

export class Refused extends Error {}

/** Post a question. A busy server is asked again when it says so; `waiting` hears for how long. */
export async function ask(address, question, { signal, waiting = () => {} } = {}) {
  for (let tries = 1; ; tries++) {
    const response = await reach(address, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(question), signal,
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
    throw new Refused(say("error.network"));
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
