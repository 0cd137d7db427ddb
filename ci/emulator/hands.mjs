// What people do in Slack's own client, which the emulator does not have: it makes the requests of commands, buttons and
// forms, signed as Slack signs them. Everything that comes of them is asked of the emulator.
import { createHmac } from "node:crypto";

const patience = 30_000;

// Asks until there is an answer.
export async function until(what, ask) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await Promise.resolve().then(ask).catch(() => undefined);
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come within ${patience / 1000} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

// The button or menu with this label, wherever it stands.
export function button(blocks, label) {
  if (blocks === null || typeof blocks !== "object") return undefined;
  if (blocks.action_id && blocks.text?.text === label) return blocks;
  return Object.values(blocks).map((inner) => button(inner, label)).find((found) => found);
}

export class Hands {
  // `site`: where Taskbot listens, its signing secret, the emulator's address and how to call it, and the answers that
  // came to the response URL.
  constructor(site) {
    Object.assign(this, site);
    this.acts = 0;
  }

  async send(path, body, type) {
    const at = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", this.secret).update(`v0:${at}:${body}`).digest("hex");
    const headers = { "content-type": type, "x-slack-request-timestamp": at, "x-slack-signature": `v0=${signature}` };
    const answer = await fetch(`${this.app}/slack/${path}`, { method: "POST", headers, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`/slack/${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  }

  form(path, fields) {
    return this.send(path, new URLSearchParams(fields).toString(), "application/x-www-form-urlencoded");
  }

  async trigger() {
    return (await this.call("taskbot", "views.generateTriggerId", { user_id: this.user })).trigger_id;
  }

  // Types a command in a channel. What is answered at once or later is among the answers.
  async command(channel, command, text) {
    const fields = { team_id: this.team, channel_id: channel.id, channel_name: channel.name, user_id: this.user };
    const more = { command, text, trigger_id: await this.trigger(), response_url: this.hook };
    this.answers.push(await this.form("commands", { ...fields, ...more }));
  }

  // Waits for an answer that says this.
  answered(part) {
    return until(`the answer “${part}”`, () => this.answers.find((answer) => JSON.stringify(answer).includes(part)));
  }

  interaction(payload) {
    const who = { team: { id: this.team }, user: { id: this.user } };
    return this.form("interactions", { payload: JSON.stringify({ ...who, ...payload }) });
  }

  // Presses what a message has under this label.
  async press(channel, message, label) {
    const pressed = button(message.blocks, label);
    if (!pressed) throw new Error(`there is no ${label} in ${JSON.stringify(message.blocks)}`);
    const act = { type: pressed.type, action_id: pressed.action_id, value: pressed.value, action_ts: `${++this.acts}.0` };
    const where = { channel: { id: channel }, message, response_url: this.hook, trigger_id: await this.trigger() };
    await this.interaction({ type: "block_actions", ...where, actions: [act] });
  }

  // Saves a form in which this was entered, by field. Gives what the form says then.
  submit(view, entered) {
    const values = Object.fromEntries(Object.entries(entered).map(([field, value]) => [field, { [field]: value }]));
    const { view_id: id, callback_id, private_metadata } = view;
    return this.interaction({ type: "view_submission", view: { id, callback_id, private_metadata, state: { values } } });
  }

  // Looks at the bot's own page.
  openHome() {
    const event = { type: "app_home_opened", user: this.user, tab: "home" };
    const body = { type: "event_callback", team_id: this.team, event_id: `Ev${++this.acts}`, event };
    return this.send("events", JSON.stringify(body), "application/json");
  }

  // What is on screen of this type and says this.
  view(type, part) {
    const says = (view) => view.type === type && JSON.stringify(view.blocks).includes(part);
    return until(`a ${type} with “${part}”`, () => this.views().find(says));
  }
}
