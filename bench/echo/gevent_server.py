"""The echo server on gevent. It prints its address, and what it has used when it reads a line."""

import gc
import json
import resource
import sys

import gevent
from gevent.fileobject import FileObject
from gevent.server import StreamServer

SIZE = 64  # of a message


def echo(sock, address):
    try:
        while data := sock.recv(SIZE):
            sock.sendall(data)
    except ConnectionResetError:
        pass  # clients go with answers on their way


def usage():
    r = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as f:
        resident = int(f.read().split()[1]) * resource.getpagesize()
    return {"User": int(r.ru_utime * 1e9), "System": int(r.ru_stime * 1e9), "Resident": resident}


server = StreamServer(("127.0.0.1", 0), echo, backlog=65535)
server.start()
print(f"127.0.0.1:{server.server_port}", flush=True)
for line in FileObject(sys.stdin, "r"):
    if line.strip() == "tidy":
        gc.collect()
    print(json.dumps(usage()), flush=True)
