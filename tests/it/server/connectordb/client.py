"""ConnectorDB's own client: fills one server, exports from it, imports into another.

Arguments: the addresses of both, the administrator's password, and a folder for the exports.
"""

import json
import os
import sys

from connectordb import AuthenticationError, ConnectorDB

first, second, password, folder = sys.argv[1:]


def path(*names):
    return os.path.join(folder, *names)


def fill():
    admin = ConnectorDB("admin", password, url=first)
    assert admin.path == "admin/user" and admin.ping() == "admin/user"
    admin("alice").create(
        "alice@localhost", "alice", nickname="Älice", description="writes", icon="material:face"
    )
    admin("bob").create("bob@localhost", "bob", role="admin", public=False)
    assert sorted(user.name for user in admin.users())[:3] == ["admin", "alice", "bob"]

    alice = ConnectorDB("alice", "alice", url=first)
    assert alice.db.r.auth.username == "", "it goes on with its key"
    alice["diary"].create({"type": "string"}, datatype="log.diary")
    alice["diary"].insert("é \" \n")
    lamp = alice.user["lamp"]
    lamp.create(public=True, nickname="Lamp", role="reader")
    mine = ConnectorDB(lamp.apikey, url=first)
    assert mine.path == "alice/lamp"

    mine["log"].create()
    mine["log"].insert_array(
        [{"t": 1.4e9, "d": n} for n in [1, 1.5, None, False, "", {"b": [1, {}]}, "\u2028"]]
        + [{"t": 1400000000.123456, "d": 12345678901234567890}]
    )
    # values of before are not what the schema takes now
    mine["log"].schema = {"type": "number"}
    mine["log"].insert(21.0)
    try:
        mine["log"].insert("x")
        raise AssertionError("the schema is not looked at")
    except AuthenticationError as error:
        assert "conform" in str(error)
    mine["light"].create({"type": "boolean"}, downlink=True)
    mine["light"].insert_array([{"t": 5, "d": True}, {"t": 5, "d": False}])
    alice.user["lamp"]["light"].insert_array([{"t": 6, "d": True}, {"t": 7.5, "d": False}])
    mine["ping"].create(ephemeral=True)
    mine["ping"].insert("gone")
    mine["many"].create({"type": "integer"})
    mine["many"].insert_array([{"t": n + 0.5, "d": n} for n in range(4999)])
    alice.user["off"].create(enabled=False, visible=False)
    assert mine["many"][10:12].d() == [10, 11]
    assert mine["many"][-1]["d"] == 4998
    assert mine["many"](t1=3.5, limit=2).d() == [4, 5]
    assert len(mine["light"]) == 2 and mine["light"].length(downlink=True) == 2
    assert len(alice.user.streams(downlink=True)) == 1

    bob = ConnectorDB("bob", "bob", url=first)
    for name in ["sensor", "clock", "archive"]:
        bob.user[name].create(icon="fa:clock-o")
        device = ConnectorDB(bob.user[name].apikey, url=first)
        device["tick"].create({"type": "integer"}, nickname=name)
        count = 12345 if name == "archive" else 3
        # a plain list: its own arrays cannot be divided by this version of the client
        device["tick"].insert_array([{"t": n + 1, "d": n} for n in range(count)])


def export():
    ConnectorDB("alice", "alice", url=first).user.export(path("users"))
    bob = ConnectorDB("bob", "bob", url=first).user
    bob["sensor"].export(path("sensor"))
    bob["clock"]["tick"].export(path("tick"))
    bob["archive"].export(path("archive"))
    with open(path("archive", "tick", "data.json")) as file:
        points = json.load(file)
    assert [point["d"] for point in points] == list(range(12345))


def bring_in():
    admin = ConnectorDB("admin", password, url=second)
    admin.import_users(path("users"))
    admin("bob").create("bob@localhost", "bob", role="admin", public=False)
    bob = ConnectorDB("bob", "bob", url=second).user
    bob.import_device(path("sensor"))
    old = ConnectorDB("bob", "bob", url=first).user["clock"]
    bob["clock"].create(icon="fa:clock-o", apikey=old.apikey)
    bob["clock"].import_stream(path("tick"))
    try:
        admin.import_users(path("users"))
        raise AssertionError("what is there is not seen")
    except ValueError:
        pass
    # whose password became the name of the folder
    alice = ConnectorDB("alice", "alice", url=second)
    old = ConnectorDB("alice", "alice", url=first)
    assert alice.apikey == old.apikey
    again = ConnectorDB(alice.reset_apikey(), url=second)
    again.set({"apikey": old.apikey})


fill()
export()
bring_in()
