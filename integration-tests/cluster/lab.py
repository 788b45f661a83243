"""What the stories on a cluster share: kubelab's full cluster, its API server, the mesh's commands, and waiting that says what for."""
import argparse, base64, http.client, json, os, socket, ssl, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.environ.get("LATEEN_SHARED") or os.path.join(os.path.dirname(ROOT), "shared")
SAMPLES = os.path.join(SHARED, "istio/samples")
KUBELAB = os.path.join(SHARED, "kubelab/kubelab")
MESHCTL = os.path.join(ROOT, "meshctl")
IMAGE = "lab.local/lateen:story"
SYSTEM = "istio-system"
BOOKINFO = os.path.join(SAMPLES, "bookinfo")
MANIFEST = os.path.join(BOOKINFO, "platform/kube/bookinfo.yaml")
DETAILS_V2 = os.path.join(BOOKINFO, "platform/kube/bookinfo-details-v2.yaml")
HTTPBIN = os.path.join(SAMPLES, "httpbin/httpbin.yaml")
BEGAN = time.monotonic()


class Failed(Exception):
    """A promise that was not kept."""


def say(text):
    print("%6.1f s  %s" % (time.monotonic() - BEGAN, text), flush=True)


def check(holds, promise, found=""):
    if not holds:
        raise Failed("%s: %s" % (promise, found))
    say("ok: " + promise)


def wait_for(what, seconds, question, pause=0.2):
    """The first true answer; what the question throws of sockets and answers that are no JSON counts as no."""
    end, last = time.monotonic() + seconds, None
    while True:
        try:
            answer = question()
            if answer:
                return answer
            last = answer
        except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError) as e:
            last = repr(e)
        if time.monotonic() > end:
            raise Failed("no %s within %d s; the last answer: %s" % (what, seconds, last))
        time.sleep(pause)


def run(*command, seconds=600, text=None):
    """A command's standard output; it fails with all that was said."""
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds)
    if done.returncode:
        raise Failed("%s: exit code %d\n%s%s" % (" ".join(command), done.returncode, done.stdout, done.stderr))
    return done.stdout


def load():
    return "load %.1f on %d processors" % (os.getloadavg()[0], os.cpu_count())


# ---- before: outside of the cluster's namespaces, where files can be fetched -------------------------------------------


def build_images(file):
    """The mesh's image and those of the samples, on the root file system that kubelab makes once."""
    run(KUBELAB, "base-image", *(["--jdk", os.environ["JAVA_HOME"]] if "JAVA_HOME" in os.environ else []))
    base = os.path.join(os.environ.get("KUBELAB_HOME") or os.path.expanduser("~/.cache/kubelab"), "layers/rootfs.tar")
    samples = [word for manifest in (MANIFEST, DETAILS_V2, HTTPBIN) for word in ("--stand-ins", manifest)]
    run(MESHCTL, "image", "build", "--base", "rootfs:" + base, "--tag", IMAGE, "--output", file, *samples)


def go_in(name):
    """Brings the cluster up, and begins this program again in its network and mounts."""
    printed = dict(line.split("=", 1) for line in run(KUBELAB, "up", "--name", name, seconds=1800).splitlines() if "=" in line)
    enter = printed["NSENTER"].split()[:-1] + ["--wd=" + os.getcwd(), "--"]
    os.environ["KUBECONFIG"] = printed["KUBECONFIG"]
    os.execvp(enter[0], enter + [sys.executable, os.path.abspath(sys.argv[0]), *sys.argv[1:], "--inside"])


def main(about, inside, name, more=None):
    """A story's command line: first out of the cluster, then in it."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default=name)
    parser.add_argument("--images")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    for option, settings in (more or {}).items():
        parser.add_argument(option, **settings)
    options = parser.parse_args()
    try:
        if not options.inside:
            if not options.images:
                began, images = time.monotonic(), os.path.join(tempfile.gettempdir(), "lateen-%s.tar" % options.name)
                build_images(images)
                say("images built in %.1f s: %s" % (time.monotonic() - began, images))
                sys.argv += ["--images", images]
            go_in(options.name)
        inside(options)
    except (Failed, subprocess.TimeoutExpired) as e:
        say("FAILED: %s" % e)
        sys.exit(1)
    say("all promises kept")


# ---- inside ------------------------------------------------------------------------------------------------------------


class Api:
    """The API server, by plain requests: asked often, and kubectl costs a process each time."""

    def __init__(self):
        config = json.loads(run("kubectl", "config", "view", "--raw", "-o", "json"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.authority = cluster["server"].split("//")[1]
        self.tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile() as file:
            for part in "client-certificate-data", "client-key-data":
                file.write(base64.b64decode(user[part]) + b"\n")
            file.flush()
            self.tls.load_cert_chain(file.name)

    def get(self, path):
        connection = http.client.HTTPSConnection(self.authority, context=self.tls, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 404:
                return None
            if answer.status != 200:
                raise Failed("%s: %d %s" % (path, answer.status, body[:300]))
            return json.loads(body)
        finally:
            connection.close()

    def pods(self, namespace, selector=""):
        return self.get("/api/v1/namespaces/%s/pods?labelSelector=%s" % (namespace, selector.replace("=", "%3D")))["items"]

    def deployment(self, namespace, name):
        return self.get("/apis/apps/v1/namespaces/%s/deployments/%s" % (namespace, name))

    def everything(self):
        """Kind, namespace and name of every object of every kind that can be listed, but events, which only tell."""
        objects = set()
        for group in self._groups():
            for kind in self.get(group)["resources"]:
                if "list" in kind["verbs"] and "/" not in kind["name"] and kind["kind"] != "Event":
                    for item in (self.get(group + "/" + kind["name"]) or {"items": []})["items"]:
                        meta = item["metadata"]
                        objects.add((kind["kind"], meta.get("namespace", ""), meta["name"]))
        return objects

    def _groups(self):
        preferred = [g["preferredVersion"]["groupVersion"] for g in self.get("/apis")["groups"]]
        return ["/api/v1"] + ["/apis/" + version for version in preferred]


def kubectl(*words, text=None):
    return run("kubectl", *words, text=text, seconds=120)


def apply(file, namespace):
    kubectl("apply", "-n", namespace, "-f", file)


def apply_text(text, namespace):
    kubectl("apply", "-n", namespace, "-f", "-", text=text)


def delete(file, namespace):
    kubectl("delete", "-n", namespace, "--ignore-not-found", "-f", file)


def import_images(file):
    run("ctr", "-n", "k8s.io", "images", "import", file)


def install(*settings):
    """The demo's profile, from the image that was imported; the seconds that it took."""
    began = time.monotonic()
    hub, tag = IMAGE.rsplit("/", 1)[0], IMAGE.rsplit(":", 1)[1]
    words = [w for s in ("profile=demo", "values.global.hub=" + hub, "values.global.tag=" + tag, *settings) for w in ("--set", s)]
    with subprocess.Popen([MESHCTL, "install", "-y", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as installing:
        for line in installing.stdout:
            say("  " + line.rstrip())
    check(installing.returncode == 0, "meshctl install ends well", installing.returncode)
    return time.monotonic() - began


def deploy_bookinfo(namespace):
    """Label, deploy: the sample's own files, unchanged."""
    kubectl("create", "namespace", namespace)
    kubectl("label", "namespace", namespace, "istio-injection=enabled")
    apply(MANIFEST, namespace)
    apply(os.path.join(BOOKINFO, "networking/bookinfo-gateway.yaml"), namespace)


def is_ready(pod):
    containers = pod["status"].get("containerStatuses", [])
    conditions = {c["type"]: c["status"] for c in pod["status"].get("conditions", [])}
    return conditions.get("Ready") == "True" and all(c["ready"] for c in containers) and "deletionTimestamp" not in pod["metadata"]


def containers(pod):
    """Those that run as long as the pod does, a native sidecar with them: what `kubectl get pods` counts."""
    return len(pod["spec"]["containers"]) + sum(c.get("restartPolicy") == "Always" for c in pod["spec"].get("initContainers", []))


def rolled_out(deployment):
    status, wanted = deployment.get("status", {}), deployment["spec"]["replicas"]
    seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    return seen and all(status.get(part, 0) == wanted for part in ("replicas", "updatedReplicas", "availableReplicas"))


def seconds_to_ready(pod):
    moment = lambda text: time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
    ready = next(c["lastTransitionTime"] for c in pod["status"]["conditions"] if c["type"] == "Ready")
    return moment(ready) - moment(pod["metadata"]["creationTimestamp"])


def pid_of(pod, container):
    """The process of a pod's container, on this machine."""
    statuses = pod["status"]["containerStatuses"] + pod["status"].get("initContainerStatuses", [])
    identity = next(s["containerID"].split("//")[1] for s in statuses if s["name"] == container)
    for line in run("ctr", "-n", "k8s.io", "tasks", "list").splitlines():
        if line.startswith(identity):
            return int(line.split()[1])
    raise Failed("no process of %s in %s" % (container, pod["metadata"]["name"]))


def gateway_address(api, name="istio-ingressgateway"):
    """The load balancer's address, once it has one."""
    def ask():
        return api.get("/api/v1/namespaces/%s/services/%s" % (SYSTEM, name))["status"]["loadBalancer"]["ingress"][0]["ip"]
    return wait_for("address of the load balancer of " + name, 60, ask)


class Answer:
    def __init__(self, status, headers, text, seconds):
        self.status, self.headers, self.text, self.seconds = status, headers, text, seconds

    def json(self):
        return json.loads(self.text)


def call(host, path, port=80, method="GET", body=None, headers=None, timeout=30):
    began = time.monotonic()
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"), time.monotonic() - began)
    finally:
        connection.close()


def dump(api, namespaces):
    """What there is to see of pods that are not as they should be."""
    for namespace in namespaces:
        for pod in api.pods(namespace):
            name = pod["metadata"]["name"]
            if is_ready(pod):
                continue
            say("not ready: %s/%s %s" % (namespace, name, json.dumps(pod["status"].get("containerStatuses", []))[:1500]))
            try:
                print("\n".join(line[:300] for line in kubectl("logs", "-n", namespace, name, "--all-containers", "--tail=12").splitlines() if not line.startswith("\tat ")))
            except (Failed, subprocess.TimeoutExpired) as e:
                say(str(e))
