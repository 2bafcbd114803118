import json, os, subprocess

worker = subprocess.Popen([os.environ.get("GRPCLINE", "grpcline"), "--demo"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def request(name, **params):
    print(json.dumps({"id": 1, "method": name, "params": params}), file=worker.stdin, flush=True)
    answer = json.loads(worker.stdout.readline())
    if "error" in answer:
        raise RuntimeError(answer["error"]["message"])
    return answer["result"]


connection = request("openConnection", address="demo:///")["connectionId"]
reply = request("callMethod", connection=connection, service="grpcline.demo.Demo", method="SayHello",
                request={"name": "Ann"})
print(reply["message"]["greeting"])

worker.stdin.close()  # the end of the input ends the worker
worker.wait()
