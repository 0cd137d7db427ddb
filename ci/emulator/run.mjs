// Runs Taskbot against a Slack that was written by others: a message goes in, the answer and the reminder come out.
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

const [home, binary, folder] = process.argv.slice(2).map((path) => resolve(path));
const secret = "a secret of the app's own";
const tokens = { ana: "xoxp-ana", taskbot: "xoxb-taskbot" };
const patience = 30_000;

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const load = (path) => import(pathToFileURL(join(home, "dist", path)).href);

// The app's event subscription, which people enter on a page of Slack's, has no place in the emulator's configuration:
// it is made where the emulator's own Slack is set up.
async function subscribe(url) {
  const holds = (file) => readFileSync(join(home, "dist", file), "utf8").includes('name: "slack",\n  register(');
  const file = readdirSync(join(home, "dist")).find((file) => file.startsWith("dist-") && file.endsWith(".js") && holds(file));
  if (!file) throw new Error("this version of the emulator has its Slack elsewhere");
  const { default: plugin } = await load(file);
  const { register } = plugin;
  plugin.register = (app, store, webhooks, ...rest) => {
    webhooks.register({ url, events: ["message"], active: true, owner: "slack" });
    return register.call(plugin, app, store, webhooks, ...rest);
  };
}

const slack = {
  team: { name: "Acme", domain: "acme" },
  users: [{ name: "ana", real_name: "Ana" }, { name: "taskbot", real_name: "Taskbot" }],
  tokens: [
    { token: tokens.ana, user: "ana", scopes: ["chat:write", "im:history", "im:write"] },
    { token: tokens.taskbot, user: "taskbot", scopes: ["chat:write", "im:history", "im:write", "users:read"] },
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

async function until(what, ask) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await ask().catch(() => undefined);
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come within ${patience / 1000} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function story() {
  await until("the program", async () => (await fetch(`${app}/health/ready`)).ok);
  const { user_id: bot } = await call("taskbot", "auth.test", {});
  const { channel } = await call("ana", "conversations.open", { users: bot });
  const written = async () => (await call("ana", "conversations.history", { channel: channel.id, limit: 50 })).messages;
  const heard = (what, part) =>
    until(what, async () => (await written()).find((one) => one.user === bot && one.text.includes(part)));
  const say = (text) => call("ana", "chat.postMessage", { channel: channel.id, text });
  await say("remind me to stretch in 2 seconds");
  await heard("the answer", "Added #1: stretch");
  const reminder = await heard("the reminder", "Reminder: stretch");
  if (!JSON.stringify(reminder.blocks).includes('"done 1"')) throw new Error("the reminder has no button");
  await say("done 1");
  await heard("the second answer", "Done #1: stretch");
  const own = (await written()).filter((one) => one.user === bot);
  if (own.length !== 3) throw new Error(`the program wrote ${own.length} messages, not 3`);
}

let status = 0;
try {
  await story();
  console.log("a message went in; answer, reminder and buttons came out");
} catch (error) {
  console.error(String(error));
  status = 1;
} finally {
  taskbot.kill();
  await new Promise((done) => (taskbot.exitCode === null ? taskbot.once("exit", done) : done()));
  await emulator.close();
}
process.exit(status);
