"""Connections that ask again and again, each answer looked at; no request is repeated, so nothing that fails is hidden."""
import http.client, threading, time


class Load:
    """Runs in the background from its start to `stop`."""

    def __init__(self, host, path, connections, good, pause=0.05):
        self.host, self.path, self.good, self.pause = host, path, good, pause
        self.answers, self.failures, self.slowest = 0, [], 0.0
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(connections)]
        for thread in self.threads:
            thread.start()

    def failed_since(self, moment):
        with self.lock:
            return [failure for failure in self.failures if failure[0] >= moment]

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)

    def _run(self):
        connection = None
        while not self.ended.is_set():
            if connection is None:
                connection = http.client.HTTPConnection(self.host, timeout=30)
            began, failure = time.monotonic(), None
            try:
                connection.request("GET", self.path)
                answer = connection.getresponse()
                body = answer.read()
                if not self.good(answer.status, body):
                    failure = "%d %s %r" % (answer.status, answer.headers.get("server"), body[-160:])
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as e:
                failure = repr(e)
                connection.close()
                connection = None
            self._note(began, failure)
            time.sleep(self.pause)
        if connection:
            connection.close()

    def _note(self, began, failure):
        took = time.monotonic() - began
        with self.lock:
            self.answers += 1
            self.slowest = max(self.slowest, took)
            if failure:
                self.failures.append((time.monotonic(), "after %.2f s: %s" % (took, failure)))
