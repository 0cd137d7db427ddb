#!/usr/bin/env python3
"""Drives the fake Slack with slack-bolt, over Socket Mode and over HTTP: what Slack's own framework takes and sends is
what a bot may rely on. Ends with 1 at the first thing that is not as it should be.

    bolt.py PROGRAM        PROGRAM is a built fake-slack; slack-bolt must be installed
"""

import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

MODAL = {
    "type": "modal",
    "callback_id": "new_task",
    "title": {"type": "plain_text", "text": "New task"},
    "submit": {"type": "plain_text", "text": "Add"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
BUTTONS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Ship*"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "done", "value": "7", "text": {"type": "plain_text", "text": "Done"}},
            {
                "type": "static_select",
                "action_id": "snooze",
                "options": [{"text": {"type": "plain_text", "text": "1 hour"}, "value": "1h"}],
            },
        ],
    },
]


class Fake:
    """A running fake-slack."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url, self.api = ready["url"], ready["api_url"] + "/"

    def control(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/control/" + path, data=data, method=method)
        request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{path} {body}: {error.read().decode()}")

    def act(self, user, **act):
        return self.control("act", {"team": "T1", "user": user, "act": act})

    def messages(self, channel):
        return self.control(f"messages?team=T1&channel={channel}")


def check(what, is_so):
    if not is_so:
        sys.exit(f"not so: {what}")
    print(f"ok: {what}")


def eventually(what, is_so):
    for _ in range(200):
        if is_so():
            return check(what, True)
        time.sleep(0.05)
    return check(what, False)


def refused(call, **arguments):
    try:
        call(**arguments)
    except SlackApiError as error:
        return error.response
    sys.exit(f"{arguments} was taken")


def seed(fake, delivery):
    users = [
        {"id": "U1", "name": "ana", "tz": "Europe/Berlin"},
        {"id": "U2", "name": "bob", "tz": "America/New_York"},
        {"id": "U3", "name": "gina", "is_restricted": True},
    ]
    channels = [{"id": "C1", "name": "general", "members": ["U1", "U2"]}]
    groups = [{"id": "S1", "handle": "ops", "name": "Operations", "users": ["U1"]}]
    team = {"id": "T1", "name": "Acme", "domain": "acme", "users": users, "channels": channels, "groups": groups}
    app = {"id": "A1", "name": "helper", "delivery": delivery}
    fake.control("seed", {"teams": [team], "apps": [app]})
    fake.control("settings", {"limited": False, "ack_ms": 9000, "trigger_ms": 9000})
    return fake.control("install", {"app": "A1", "team": "T1", "channels": ["C1"]})


def listeners(app, seen):
    @app.command("/task")
    def command(ack, body, client, respond):
        if body["text"] == "new":
            ack()
            client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        elif body["text"] == "later":
            ack()
            respond("It took a while.")
        else:
            ack(f"You said {body['text']}")

    @app.event("app_mention")
    def mention(event, say):
        say(text=f"<@{event['user']}> asks", blocks=BUTTONS, thread_ts=event["ts"])

    @app.event("message")
    def message(event, say):
        if "subtype" not in event and "bot_id" not in event:
            say(f"echo {event['text']}")

    @app.event("app_home_opened")
    def home(event, client):
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": BUTTONS})

    @app.event("app_uninstalled")
    def gone():
        seen.append("uninstalled")

    @app.event("tokens_revoked")
    def revoked(event):
        seen.append(event["tokens"])

    @app.action("done")
    def done(ack, body, client, action):
        ack()
        if "message" in body:
            client.chat_update(
                channel=body["channel"]["id"], ts=body["message"]["ts"], text=f"Done {action['value']}", blocks=[]
            )
        seen.append(("done", action["value"]))

    @app.action("snooze")
    def snooze(ack, action, respond):
        ack()
        respond(f"Snoozed {action['selected_option']['value']}", replace_original=False)

    @app.shortcut("remind")
    def shortcut(ack, shortcut, client):
        ack()
        client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)

    @app.view("new_task")
    def submitted(ack, view):
        text = view["state"]["values"]["title"]["text"]["value"]
        if text == "bad":
            ack(response_action="errors", errors={"title": "Not that."})
        else:
            ack()
            seen.append(("added", text))


def commands(fake):
    said = fake.act("U1", do="command", channel="C1", command="/task", text="hello @bob & <co>")
    check("a command is answered", said["first"]["problem"] is None)
    last = fake.messages("C1")[-1]
    check("its answer is the asker's alone", last["only_for"] == "U1")
    check("mentions are escaped", last["text"] == "You said hello <@U2|bob> &amp; &lt;co&gt;")
    fake.act("U1", do="command", channel="C1", command="/task", text="later")
    eventually("a response URL works", lambda: fake.messages("C1")[-1]["text"] == "It took a while.")


def talk(fake, seen):
    said = fake.act("U1", do="mention", channel="C1", text="add Ship")
    eventually("a mention is answered", lambda: len(fake.messages("C1")) > 3 and "blocks" in fake.messages("C1")[-1])
    answer = fake.messages("C1")[-1]
    check("in its thread", answer["thread_ts"] == said["ts"])
    press = {"do": "press", "channel": "C1", "ts": answer["ts"]}
    fake.act("U2", **press, action_id="snooze", choice="1h")
    eventually("a choice is answered", lambda: fake.messages("C1")[-1]["text"] == "Snoozed 1h")
    fake.act("U2", **press, action_id="done")
    eventually("a button is heard", lambda: ("done", "7") in seen)
    eventually("a message is updated", lambda: "Done 7" in [message["text"] for message in fake.messages("C1")])
    direct = fake.act("U1", do="dm", text="psst")["channel"]
    eventually("a direct message is answered once", lambda: len(fake.messages(direct)) == 2)
    time.sleep(0.3)
    check("a bot does not answer itself", len(fake.messages(direct)) == 2)


def dialogs(fake, seen):
    def topmost():
        views = fake.control("world")["views"]
        return [view for view in views if view["open"] and view["payload"]["type"] == "modal"]

    fake.act("U1", do="command", channel="C1", command="/task", text="new")
    eventually("a dialog opens", lambda: len(topmost()) == 1)
    values = lambda text: {"title": {"text": {"type": "plain_text_input", "value": text}}}
    submit = {"do": "submit", "view": topmost()[0]["id"]}
    bad = fake.act("U1", **submit, values=values("bad"))
    check("errors are shown", bad["first"]["answer"]["errors"] == {"title": "Not that."} and len(topmost()) == 1)
    fake.act("U1", **submit, values=values("Ship"))
    eventually("a dialog is submitted and closes", lambda: ("added", "Ship") in seen and not topmost())
    fake.act("U1", do="global_shortcut", callback_id="remind")
    eventually("a shortcut opens a dialog", lambda: len(topmost()) == 1)
    fake.act("U1", do="close", view=topmost()[0]["id"])
    fake.act("U1", do="open_home")
    homes = lambda: [view for view in fake.control("world")["views"] if view["payload"]["type"] == "home"]
    eventually("App Home is published", lambda: len(homes()) == 1)


def web(client, bot):
    check("auth.test", client.auth_test()["user_id"] == bot["bot_user"])
    check("users.info", client.users_info(user="U1")["user"]["tz"] == "Europe/Berlin")
    check("a guest is one", client.users_info(user="U3")["user"]["is_restricted"])
    listed = [user["id"] for page in client.users_list(limit=2) for user in page["members"]]
    check("users.list has pages", {"U1", "U2", "U3", bot["bot_user"]} == set(listed))
    check("conversations.info", client.conversations_info(channel="C1")["channel"]["name"] == "general")
    check("members", set(client.conversations_members(channel="C1")["members"]) == {"U1", "U2", bot["bot_user"]})
    check("conversations.list", client.conversations_list()["channels"][0]["is_member"])
    check("usergroups", client.usergroups_list(include_users=True)["usergroups"][0]["users"] == ["U1"])
    check("usergroups.users", client.usergroups_users_list(usergroup="S1")["users"] == ["U1"])
    check("team.info", client.team_info()["team"]["domain"] == "acme")
    direct = client.conversations_open(users="U2")["channel"]["id"]
    metadata = {"event_type": "reminder", "event_payload": {"id": "r1"}}
    posted = client.chat_postMessage(channel=direct, text="one", metadata=metadata)
    history = client.conversations_history(channel=direct, include_all_metadata=True)["messages"]
    check("metadata is kept", history[0]["metadata"] == metadata and history[0]["ts"] == posted["ts"])
    answer = client.chat_postMessage(channel=direct, text="two", thread_ts=posted["ts"])
    replies = client.conversations_replies(channel=direct, ts=posted["ts"])["messages"]
    check("threads", [message["ts"] for message in replies] == [posted["ts"], answer["ts"]])
    check("permalinks", "thread_ts=" in client.chat_getPermalink(channel=direct, message_ts=answer["ts"])["permalink"])
    client.reactions_add(channel=direct, timestamp=posted["ts"], name="eyes")
    client.chat_postEphemeral(channel="C1", user="U1", text="for you")
    client.chat_delete(channel=direct, ts=answer["ts"])


def errors(fake, client):
    def word(call, **arguments):
        return refused(call, **arguments)["error"]

    check("no such channel", word(client.chat_postMessage, channel="C9", text="x") == "channel_not_found")
    check("no text", word(client.chat_postMessage, channel="C1", text="") == "no_text")
    check("no such message", word(client.chat_update, channel="C1", ts="1.2", text="x") == "message_not_found")
    check("no trigger", word(client.views_open, trigger_id="1", view=MODAL) == "invalid_trigger_id")
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    answer = refused(client.chat_postMessage, channel="C1", text="x", blocks=long)
    wanted = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    check("too long a text", answer["response_metadata"]["messages"] == [wanted])
    stranger = WebClient(token="xoxb-fake-none", base_url=fake.api)
    check("a strange token", word(stranger.auth_test) == "invalid_auth")
    limit = {"method": "chat.postMessage", "when": {"next": 1}, "what": {"limited": {"retry_after": 9}}}
    fake.control("faults", limit)
    answer = refused(client.chat_postMessage, channel="C1", text="x")
    check("a limit", answer.status_code == 429 and answer.headers["retry-after"] == "9")


def over_socket(program):
    fake = Fake(program)
    try:
        bot, seen = seed(fake, "socket"), []
        client = WebClient(token=bot["token"], base_url=fake.api)
        app = App(client=client)
        listeners(app, seen)
        handler = SocketModeHandler(app, "xapp-fake-A1", web_client=WebClient(base_url=fake.api))
        handler.connect()
        eventually("a socket opens", lambda: fake.control("sockets?app=A1")["open"] == 1)
        web(client, bot)
        errors(fake, client)
        commands(fake)
        talk(fake, seen)
        dialogs(fake, seen)
        fake.control("sockets", {"app": "A1", "reason": "refresh_requested"})
        time.sleep(1)
        eventually("it opens again when asked to", lambda: fake.control("sockets?app=A1")["open"] == 1)
        commands(fake)
        fake.control("end", {"app": "A1", "team": "T1"})
        tokens = {"oauth": [], "bot": [bot["bot_user"]]}
        eventually("an end is heard", lambda: "uninstalled" in seen and tokens in seen)
        check("a removed app is out", refused(client.auth_test)["error"] == "account_inactive")
        handler.close()
    finally:
        fake.process.kill()


def serve(app):
    """An app's own server: what a real one would be, in twenty lines."""
    from slack_bolt.request import BoltRequest

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            answer = app.dispatch(BoltRequest(body=body, headers=dict(self.headers.items())))
            data = (answer.body or "").encode()
            self.send_response(answer.status)
            self.send_header("content-type", answer.first_headers().get("content-type", "text/plain"))
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/slack/events"


def over_http(program):
    fake = Fake(program)
    try:
        bot, seen = seed(fake, "socket"), []
        app = App(client=WebClient(token=bot["token"], base_url=fake.api), signing_secret="signing-secret-A1")
        listeners(app, seen)
        url = serve(app)
        delivery = {"http": {"commands": url, "interactivity": url, "events": url}}
        secret = "signing-secret-A1"
        fake.control("seed", {"apps": [{"id": "A1", "name": "helper", "signing_secret": secret, "delivery": delivery}]})
        check("url_verification", fake.control("verify", {"app": "A1"}) == {"error": None})
        commands(fake)
        talk(fake, seen)
        dialogs(fake, seen)
        stale = {"team": "T1", "user": "U1", "signing": {"offset": -301}}
        act = {"do": "command", "channel": "C1", "command": "/task", "text": "x"}
        check("a stale signature is refused", fake.control("act", {**stale, "act": act})["first"]["status"] == 401)
    finally:
        fake.process.kill()


def over_oauth(program):
    fake = Fake(program)
    try:
        seed(fake, "socket")
        scopes = ["chat:write", "commands"]
        settings = OAuthSettings(client_id="client-A1", client_secret="client-secret-A1", scopes=scopes)
        query = f"client_id={settings.client_id}&scope={','.join(scopes)}&state=s1&team=T1&user=U1"
        back = "http%3A%2F%2F127.0.0.1%2Fback"

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        opener = urllib.request.build_opener(Stay)
        try:
            opener.open(f"{fake.url}/oauth/v2/authorize?{query}&redirect_uri={back}")
            sys.exit("no redirect")
        except urllib.error.HTTPError as error:
            location = urllib.parse.urlparse(error.headers["location"])
        given = urllib.parse.parse_qs(location.query)
        check("the state comes back", given["state"] == ["s1"])
        exchange = {"client_id": settings.client_id, "client_secret": settings.client_secret, "code": given["code"][0]}
        client = WebClient(base_url=fake.api)
        token = client.oauth_v2_access(**exchange, redirect_uri="http://127.0.0.1/back")
        check("a code becomes a token", token["team"]["id"] == "T1" and token["scope"] == "chat:write,commands")
        again = refused(client.oauth_v2_access, **exchange, redirect_uri="http://127.0.0.1/back")
        check("a code is good for once", again["error"] == "invalid_code")
        bot = WebClient(token=token["access_token"], base_url=fake.api)
        answer = refused(bot.users_info, user="U1")
        check("a scope is missing", answer["error"] == "missing_scope" and answer["needed"] == "users:read")
    finally:
        fake.process.kill()


def main():
    for part in (over_socket, over_http, over_oauth):
        print(part.__name__)
        part(sys.argv[1])


main()
