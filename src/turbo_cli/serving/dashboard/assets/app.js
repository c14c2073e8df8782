// The dashboard: asks for figures every second, follows the records, and hands both to the parts of the page.

import { Problem, read, records } from "./api.js";
import { showCameras } from "./cameras.js";
import { add, lastNumber } from "./charts.js";
import { byId, fillList, number, percent, say } from "./page.js";
import { remember } from "./pictures.js";
import { showGuard, showPlan } from "./tables.js";

const EVERY_MS = 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function look() {
  const [status, newer, plan] = await Promise.all([
    read("/v1/status"), read(`/v1/windows?after=${lastNumber()}`), read("/v1/plan"),
  ]);
  showState(status);
  showCameras(status.cameras);
  add(newer, status.window_ms);
  showPlan(plan);
  showGuard(status.guard, status.drifts);
}

function showState(status) {
  const { frames } = status;
  const accepted = frames.levels.reduce((sum, count) => sum + count, 0) + frames.filtered + frames.dropped;
  const enhanced = frames.levels.slice(1).reduce((sum, count) => sum + count, 0);
  const state = byId("state");
  state.className = `pill ${status.running ? "good" : "bad"}`;
  say(state, status.running ? `serving · ${status.order} · T = ${number(status.window_ms)} ms` : "stopped");
  fillList(byId("figures"), [
    ["Frames", number(status.cameras.reduce((sum, { camera }) => sum + camera.fps, 0), 1), "a second"],
    ["Enhanced", percent(accepted ? enhanced / accepted : 0), "of accepted"],
    ["Predicted gain", number(accepted ? (100 * status.predicted_gain) / accepted : 0, 2), "AP a frame"],
    ["Device at work", percent(status.utilisation), "of the time"],
    ["Late", number(frames.late), `of ${number(accepted)} frames`],
    ["Dropped", number(frames.dropped), `in ${number(status.overloaded_windows)} overloads`],
  ]);
  alarm(status.last_error && `A window failed: ${status.last_error}`);
}

function alarm(text) {
  byId("alert").hidden = !text;
  say(byId("alert"), text || "");
}

async function keepLooking() {
  for (;;) {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof Problem || error instanceof TypeError)) console.error(error);
      byId("state").className = "pill bad";
      say(byId("state"), "not connected");
      alarm(error instanceof Problem ? error.message : "The service does not answer; trying again.");
    }
    await pause(EVERY_MS);
  }
}

async function keepFollowing() {
  for (;;) {
    try {
      for await (const record of records()) remember(record);
    } catch (error) {
      if (!(error instanceof Problem || error instanceof TypeError)) console.error(error);
    }
    await pause(EVERY_MS);
  }
}

keepLooking();
keepFollowing();
