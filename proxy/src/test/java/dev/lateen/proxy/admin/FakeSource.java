package dev.lateen.proxy.admin;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.telemetry.HistogramReading;
import dev.lateen.proxy.telemetry.Stat;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A proxy that has little to tell, and counts what it is told to do. */
final class FakeSource implements AdminSource {
    State state = State.INITIALIZING;
    volatile ProxySnapshot snapshot = ProxySnapshot.EMPTY;
    long requests = 3;
    String drained = "";
    boolean reopened;
    boolean quit;
    volatile int series;
    volatile int written;
    final Queue<Thread> scrapers = new ConcurrentLinkedQueue<>();

    @Override
    public ProxySnapshot snapshot() {
        return snapshot;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public Map<String, List<String>> boundListeners() {
        return Map.of("virtualInbound", List.of("0.0.0.0:15006"));
    }

    @Override
    public Future<Page> configDump(Map<String, String> query) {
        return query.containsKey("resource")
                ? Future.failedFuture(new NoSuchElementException("nope not found in config dump"))
                : Future.succeededFuture(Page.json(Map.of("configs", List.of())));
    }

    @Override
    public Map<String, Object> commandLineOptions() {
        return Map.of("concurrency", 2);
    }

    @Override
    public String nodeJson() {
        return "{\"id\":\"sidecar~127.1.0.1~a.default~default.svc.cluster.local\"}";
    }

    @Override
    public void metrics(MetricsText out) throws IOException {
        scrapers.add(Thread.currentThread());
        for (int i = 0; i < series; i++) {
            out.sample("istio_requests_total", "i=\"" + i + "\"", "1.0");
            written = i;
        }
    }

    @Override
    public List<Stat> stats() {
        return List.of(
                new Stat.Gauge(Stat.Scope.SERVER, "", "control_plane.connected_state", 1),
                new Stat.Gauge(Stat.Scope.SERVER, "", "server.state", 0),
                new Stat.Counter(Stat.Scope.HTTP, "inbound;", "downstream_rq_2xx", requests),
                new Stat.Counter(Stat.Scope.HTTP, "inbound;", "downstream_rq_5xx", 0),
                new Stat.Histogram(
                        Stat.Scope.HTTP,
                        "inbound;",
                        "downstream_rq_time",
                        new HistogramReading(List.of(1.0, 5.0, Double.POSITIVE_INFINITY), List.of(1L, 1L, 0L), 4.5)));
    }

    @Override
    public boolean keepsStat(String name) {
        return true;
    }

    @Override
    public boolean istioLabels() {
        return true;
    }

    @Override
    public long uptimeMillis() {
        return 12_345;
    }

    @Override
    public boolean isStaticCluster(String name) {
        return false;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public List<String> waiting() {
        return List.of("cluster a waits for endpoints a");
    }

    @Override
    public void drainListeners(boolean inboundOnly) {
        drained = inboundOnly ? "inbound" : "all";
    }

    @Override
    public void failHealthChecks(boolean fail) {
        state = fail ? State.DRAINING : State.LIVE;
    }

    @Override
    public void reopenLogs() {
        reopened = true;
    }

    @Override
    public void quit() {
        quit = true;
    }
}
