"""Plays a conversation in the stand-in for Slack and prints it as it goes: see ci/demo.sh, which starts this."""

import html
import json
import re
import sys
import time
import urllib.request

URL = sys.argv[1]
# So long it waits for each thing that is to come, in seconds; a reminder is due after 20 at most.
PATIENCE = 60


class Missing(Exception):
    """Something that was to come did not."""


def ask(path, body=None):
    """What the stand-in answers; with a body it is told to do something."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/control/{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


class Team:
    """The workspace as it stands, with the names of whoever and whatever is in it."""

    def __init__(self):
        team = ask("world")["teams"]["T1"]
        self.channels = team["channels"]
        self.users = {user["id"]: user["name"] for user in team["users"].values()}

    def name(self, channel):
        """A channel as people call it."""
        place = self.channels[channel]
        people = " and ".join(sorted(self.users.get(user, user) for user in place["members"]))
        return f"#{place['name']}" if place["name"] else f"direct message of {people}"

    def plain(self, markup):
        """Slack's markup in words."""
        markup = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", markup)
        markup = re.sub(r"<@(\w+)[^>]*>", lambda found: "@" + self.users.get(found[1], found[1]), markup)
        markup = re.sub(r"<#(\w+)[^>]*>", lambda found: self.name(found[1]), markup)
        return html.unescape(markup.replace(":alarm_clock:", "\N{ALARM CLOCK}"))

    def lines(self, message):
        """A message, line by line; buttons and menus in brackets."""
        said = []
        for block in message["blocks"] or [{"text": {"text": message["text"]}}]:
            texts = [block["text"]] if "text" in block else [one for one in block["elements"] if "action_id" not in one]
            said += [line for text in texts for line in self.plain(text["text"]).splitlines()]
            labels = [one.get("text") or one["placeholder"] for one in block.get("elements", []) if "action_id" in one]
            said += ["  ".join(f"[{label['text']}]" for label in labels)] if labels else []
        return said


class Play:
    """What has been shown of the conversation, and how it goes on."""

    def __init__(self):
        self.shown = {}

    def look(self):
        """Prints what is new or has changed since the last look, and gives all messages, each with its channel."""
        team = Team()
        there = [(channel, one) for channel, place in team.channels.items() for one in place["messages"]]
        for channel, message in sorted(there, key=lambda one: one[1]["ts"]):
            lines, before = team.lines(message), self.shown.get((channel, message["ts"]))
            if lines == before:
                continue
            self.shown[channel, message["ts"]] = lines
            only = f", only {team.users[message['only_for']]} sees it" if message["only_for"] else ""
            changed = ", changed" if before else ""
            who = team.users.get(message["user"], message["user"])
            print(f"  {who} ({team.name(channel)}{only}{changed}):", *lines, sep="\n      ", flush=True)
        return [(channel, one, "\n".join(team.lines(one))) for channel, one in there]

    def until(self, words, button=None):
        """Waits for a message that says this, and has this button: where it is."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for channel, message, said in self.look():
                if words in said and (button is None or f"[{button}]" in said):
                    return channel, message["ts"]
            time.sleep(0.2)
        raise Missing(f"in {PATIENCE} s nobody said “{words}”" + (f" with a button {button}" if button else ""))

    def act(self, user, **what):
        """Somebody does something."""
        ask("act", {"team": "T1", "user": user, "act": what})

    def command(self, user, channel, line):
        """Somebody types a command, which nobody else sees."""
        team, (command, text) = Team(), line.split(" ", 1)
        print(f"  {team.users[user]} types into {team.name(channel)}:\n      {line}", flush=True)
        self.act(user, do="command", channel=channel, command=command, text=text)

    def press(self, user, place, button):
        """Somebody presses a button."""
        team, (channel, ts) = Team(), place
        print(f"  {team.users[user]} presses [{button}]", flush=True)
        self.act(user, do="press", channel=channel, ts=ts, action_id=button.lower())


def main():
    """Ana and Bob, two reminders, and what becomes of them."""
    play = Play()
    play.command("U1", "C1", "/task Ship release tomorrow 9am !high @bob")
    play.until("Added #1: Ship release")
    play.until("Ana Ruiz added #1: Ship release")
    play.act("U1", do="dm", text="remind me to stretch in 10 seconds")
    play.until("Added #2: stretch")
    play.command("U2", "C1", "/task remind @ana to call the bank in 20 seconds")
    play.until("Added #3: call the bank")
    play.act("U2", do="mention", channel="C1", text="list")
    play.until("2 open tasks")
    play.press("U1", play.until("*stretch*", "Done"), "Done")
    play.until("*stretch*", "Undo")
    play.press("U1", play.until("*call the bank*", "Done"), "Done")
    play.until("*call the bank*", "Undo")
    play.until("Ana Ruiz completed #3: call the bank\n`reopen 3` opens it again")


try:
    main()
except (Missing, OSError) as error:
    sys.exit(f"the conversation does not go on: {error}")
