"""A gRPC service without a gRPC library: python3 greeter.py [ADDRESS]

GRPCLINE is the worker's path, unless it is on the PATH."""
import json
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
worker = subprocess.Popen([os.environ.get("GRPCLINE", "grpcline")],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def request(method, **params):
    print(json.dumps({"id": 1, "method": method, "params": params}), file=worker.stdin, flush=True)
    answer = json.loads(worker.stdout.readline())
    if "error" in answer:
        raise RuntimeError(answer["error"]["message"])
    return answer["result"]


server = request("startServer", address=sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:0",
                 proto={"file": os.path.join(here, "greeter.proto")})
print(server["address"], flush=True)
while True:
    call = request("acceptCall", server=server["serverId"])
    name = call["message"].get("name")
    if name:
        request("finishCall", streamId=call["streamId"], message={"greeting": f"Hello, {name}!"})
    else:
        request("finishCall", streamId=call["streamId"], status={"code": "INVALID_ARGUMENT", "message": "name is missing"})
