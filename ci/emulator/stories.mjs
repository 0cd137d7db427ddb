// What is done in the emulator's Slack, and has to come of it.
import { button, until } from "./hands.mjs";

// Waits for a message of the bot.
function hearing({ call, bot }, channel) {
  const history = async () => (await call("ana", "conversations.history", { channel, limit: 50 })).messages;
  const own = async () => (await history()).filter((one) => one.user === bot);
  return { own, heard: (part) => until(`“${part}”`, async () => (await own()).find((one) => JSON.stringify(one).includes(part))) };
}

// In a direct message: a line, the answer, the reminder; another line, another answer.
async function directly(site) {
  const { channel } = await site.call("ana", "conversations.open", { users: site.bot });
  const { own, heard } = hearing(site, channel.id);
  const say = (text) => site.call("ana", "chat.postMessage", { channel: channel.id, text });
  await say("remind me to stretch in 2 seconds");
  await heard("Added #1: stretch");
  const reminder = await heard("Reminder: stretch");
  if (button(reminder.blocks, "Done")?.value !== "done 1") throw new Error("the reminder has no button");
  await say("done 1");
  await heard("Done #1: stretch");
  const count = (await own()).length;
  if (count !== 3) throw new Error(`the program wrote ${count} messages, not 3`);
}

// In a channel: a command, its answer, the line for the others, the reminder; its button, and the message changed.
async function inAChannel(site) {
  const { hands, ops } = site;
  const { own, heard } = hearing(site, ops.id);
  await hands.command(ops, "/task", "remind us to tag the release in 2 seconds");
  await hands.answered("Added #2: tag the release");
  await heard(" added #2: tag the release");
  const reminder = await heard("Reminder: tag the release");
  await hands.press(ops.id, reminder, "Done");
  const settled = await heard("Done by ");
  if (settled.ts !== reminder.ts || !settled.edited) throw new Error("it was not the reminder that changed");
  await hands.press(ops.id, settled, "Undo");
  const again = async () => button((await own()).find(({ ts }) => ts === reminder.ts)?.blocks, "Done");
  await until("the reminder with its button again", again);
  await hands.command(ops, "/task", "list");
  await hands.answered("Past reminders");
}

// A command without words opens the form; what is filled in is a task.
async function inAForm(site) {
  const { hands, ops } = site;
  await hands.command(ops, "/todo", "");
  const form = await hands.view("modal", "plain_text_input");
  const save = (value) => hands.submit(form, { title: { type: "plain_text_input", value } });
  let empty = await save(" ");
  // On a busy machine the first word lies on top of the form, and what came of it follows.
  for (let again = 0; again < 5 && empty.response_action === "push"; again++) empty = await save(" ");
  if (!empty.errors?.title) throw new Error(`an empty title was taken: ${JSON.stringify(empty)}`);
  const saved = await save("buy milk");
  if (!JSON.stringify(saved).includes("Added #3: buy milk")) await hands.view("modal", "Added #3: buy milk");
}

// The bot's own page shows what is open, and follows what is done elsewhere.
async function atHome(site) {
  const { hands, ops } = site;
  await hands.openHome();
  await hands.view("home", "buy milk");
  await hands.command(ops, "/todo", "water the plants");
  await hands.view("home", "water the plants");
}

export const stories = { directly, inAChannel, inAForm, atHome };
