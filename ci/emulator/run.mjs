// Runs Taskbot against a Slack that was written by others: what people say, type, press and fill in goes in; answers,
// reminders, changed messages, forms and pages come out.
//
//     node ci/emulator/run.mjs PACKAGE BINARY FOLDER
//
// PACKAGE is the folder of the npm package `emulate`, BINARY the program, FOLDER a scratch folder. Everything stays on
// 127.0.0.1. Ends with 1 and says why if something does not come.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Hands, until } from "./hands.mjs";
import { stories } from "./stories.mjs";

const [home, binary, folder] = process.argv.slice(2).map((path) => resolve(path));
const secret = "a secret of the app's own";
const tokens = { ana: "xoxp-ana", taskbot: "xoxb-taskbot" };
const answers = [];
let views = () => [];

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const load = (path) => import(pathToFileURL(join(home, "dist", path)).href);

// The app's event subscription, which people enter on a page of Slack's, has no place in the emulator's configuration:
// it is made where the emulator's own Slack is set up. There a response URL is added, which it does not have, and a look at
// the views that it has taken.
async function subscribe(url) {
  const holds = (file) => readFileSync(join(home, "dist", file), "utf8").includes('name: "slack",\n  register(');
  const file = readdirSync(join(home, "dist")).find((file) => file.startsWith("dist-") && file.endsWith(".js") && holds(file));
  if (!file) throw new Error("this version of the emulator has its Slack elsewhere");
  const { default: plugin } = await load(file);
  const { register } = plugin;
  plugin.register = (app, store, webhooks, ...rest) => {
    webhooks.register({ url, events: ["message"], active: true, owner: "slack" });
    views = () => store.collection("slack.views", ["view_id", "user_id", "external_id", "root_view_id"]).all();
    app.post("/response", async (c) => {
      answers.push(await c.req.json());
      return c.json({ ok: true });
    });
    return register.call(plugin, app, store, webhooks, ...rest);
  };
}

const manifest = JSON.parse(readFileSync(new URL("../../contracts/slack-manifest.json", import.meta.url), "utf8"));

const slack = {
  team: { name: "Acme", domain: "acme" },
  users: [{ name: "ana", real_name: "Ana" }, { name: "taskbot", real_name: "Taskbot" }],
  channels: [{ name: "ops" }],
  tokens: [
    { token: tokens.ana, user: "ana", scopes: ["channels:history", "channels:read", "chat:write", "im:history", "im:write"] },
    { token: tokens.taskbot, user: "taskbot", scopes: manifest.oauth_config.scopes.bot },
  ],
  signing_secret: secret,
  strict_scopes: true,
};

const appPort = await freePort();
const app = `http://127.0.0.1:${appPort}`;
await subscribe(`${app}/slack/events`);
const { createEmulator } = await load("api.js");
const emulator = await createEmulator({ service: "slack", port: await freePort(), seed: { slack } });

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TASKBOT_")));
const taskbot = spawn(binary, ["serve"], {
  cwd: folder,
  stdio: ["ignore", "ignore", "inherit"],
  env: {
    ...environment,
    TASKBOT_DATABASE_URL: `sqlite://${join(folder, "taskbot.db")}`,
    TASKBOT_HTTP__ADDR: `127.0.0.1:${appPort}`,
    TASKBOT_SLACK__API_URL: `${emulator.url}/api`,
    TASKBOT_SLACK__BOT_TOKEN: tokens.taskbot,
    TASKBOT_SLACK__SIGNING_SECRET: secret,
  },
});

async function call(who, method, body) {
  const headers = { authorization: `Bearer ${tokens[who]}`, "content-type": "application/json" };
  const answer = await fetch(`${emulator.url}/api/${method}`, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!told.ok) throw new Error(`${method}: ${told.error}`);
  return told;
}

async function site() {
  await until("the program", async () => (await fetch(`${app}/health/ready`)).ok);
  const { user_id: bot, team_id: team } = await call("taskbot", "auth.test", {});
  const { user_id: user } = await call("ana", "auth.test", {});
  const ops = (await call("ana", "conversations.list", {})).channels.find((channel) => channel.name === "ops");
  const hook = `${emulator.url}/response`;
  const hands = new Hands({ app, secret, call, team, user, hook, answers, views: () => views() });
  return { call, bot, ops, hands };
}

let status = 0;
try {
  const there = await site();
  for (const [name, story] of Object.entries(stories)) {
    await story(there);
    console.log(`${name}: came out as it should`);
  }
} catch (error) {
  console.error(String(error));
  status = 1;
} finally {
  taskbot.kill();
  await new Promise((done) => (taskbot.exitCode === null ? taskbot.once("exit", done) : done()));
  await emulator.close();
}
process.exit(status);
