package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.telemetry.Stat.Counter;
import dev.lateen.proxy.telemetry.Stat.Gauge;
import dev.lateen.proxy.telemetry.Stat.Histogram;
import dev.lateen.proxy.telemetry.Stat.Scope;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;

/** {@code http.PREFIX.*}: the connections and requests of the connection managers with one stat prefix, and what they tell of clusters. */
final class HttpManagerStats implements ExchangeObserver {
    private final Function<Cluster, ClusterRequestStats> clusters;
    private final BiFunction<String, String, ClusterRequestStats> routes;
    private final LongAdder connections1 = new LongAdder();
    private final LongAdder connections2 = new LongAdder();
    private final LongAdder connectionsTls = new LongAdder();
    private final LongAdder closed1 = new LongAdder();
    private final LongAdder closed2 = new LongAdder();
    private final LongAdder closedTls = new LongAdder();
    private final LongAdder protocolErrors = new LongAdder();
    private final LongAdder prematureResets = new LongAdder();
    private final LongAdder overloaded = new LongAdder();
    private final LongAdder requests1 = new LongAdder();
    private final LongAdder requests2 = new LongAdder();
    private final StatusCounts statuses = new StatusCounts();
    private final LongAdder ended = new LongAdder();
    private final LongAdder resets = new LongAdder();
    private final LongAdder noRoute = new LongAdder();
    private final LongAdder noCluster = new LongAdder();
    private final LongAdder idleTimeouts = new LongAdder();
    private final Buckets times = new Buckets();

    /** @param clusters the counters of a cluster's requests; {@code routes} those of a virtual host's routes with a prefix */
    HttpManagerStats(
            Function<Cluster, ClusterRequestStats> clusters, BiFunction<String, String, ClusterRequestStats> routes) {
        this.clusters = clusters;
        this.routes = routes;
    }

    @Override
    public void onConnected(boolean http2, boolean tls) {
        (http2 ? connections2 : connections1).increment();
        if (tls) {
            connectionsTls.increment();
        }
    }

    @Override
    public void onDisconnected(boolean http2, boolean tls) {
        (http2 ? closed2 : closed1).increment();
        if (tls) {
            closedTls.increment();
        }
    }

    @Override
    public void onProtocolError() {
        protocolErrors.increment();
    }

    @Override
    public void onTooManyPrematureResets() {
        prematureResets.increment();
    }

    @Override
    public void onRequest(ExchangeFacts exchange) {
        (exchange.request().protocol() == HttpProtocol.HTTP_2 ? requests2 : requests1).increment();
    }

    @Override
    public void onComplete(ExchangeFacts exchange) {
        ended.increment();
        statuses.add(exchange.responseStatus());
        times.observe((exchange.completeNanos() - exchange.startNanos()) / 1000);
        if (exchange.responseFlags() != 0) {
            flags(exchange);
        }
        Cluster cluster = exchange.cluster();
        if (cluster != null) {
            clusters.apply(cluster).count(exchange);
            Route route = exchange.route();
            if (route != null && !route.statPrefix().isEmpty()) {
                routes.apply(exchange.virtualHostName(), route.statPrefix()).count(exchange);
            }
        }
    }

    private void flags(ExchangeFacts exchange) {
        count(exchange, ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION, resets);
        count(exchange, ResponseFlag.NO_ROUTE_FOUND, noRoute);
        count(exchange, ResponseFlag.NO_CLUSTER_FOUND, noCluster);
        count(exchange, ResponseFlag.OVERLOAD_MANAGER, overloaded);
        count(exchange, ResponseFlag.STREAM_IDLE_TIMEOUT, idleTimeouts);
    }

    private static void count(ExchangeFacts exchange, ResponseFlag flag, LongAdder counter) {
        if (exchange.hasFlag(flag)) {
            counter.increment();
        }
    }

    void read(String prefix, List<Stat> into) {
        connections(prefix, into);
        requests(prefix, into);
    }

    private void connections(String prefix, List<Stat> into) {
        long gone = closed1.sum() + closed2.sum();
        long total = connections1.sum() + connections2.sum();
        counter(prefix, "downstream_cx_total", total, into);
        counter(prefix, "downstream_cx_destroy", gone, into);
        counter(prefix, "downstream_cx_http1_total", connections1.sum(), into);
        counter(prefix, "downstream_cx_http2_total", connections2.sum(), into);
        counter(prefix, "downstream_cx_ssl_total", connectionsTls.sum(), into);
        counter(prefix, "downstream_cx_protocol_error", protocolErrors.sum(), into);
        gauge(prefix, "downstream_cx_active", total - gone, into);
        gauge(prefix, "downstream_cx_http1_active", connections1.sum() - closed1.sum(), into);
        gauge(prefix, "downstream_cx_http2_active", connections2.sum() - closed2.sum(), into);
        gauge(prefix, "downstream_cx_ssl_active", connectionsTls.sum() - closedTls.sum(), into);
    }

    private void requests(String prefix, List<Stat> into) {
        long over = ended.sum();
        long total = requests1.sum() + requests2.sum();
        counter(prefix, "downstream_rq_total", total, into);
        counter(prefix, "downstream_rq_http1_total", requests1.sum(), into);
        counter(prefix, "downstream_rq_http2_total", requests2.sum(), into);
        counter(prefix, "downstream_rq_completed", statuses.total(), into);
        for (int i = 1; i <= 5; i++) {
            counter(prefix, "downstream_rq_" + i + "xx", statuses.ofClass(i), into);
        }
        counter(prefix, "downstream_rq_rx_reset", resets.sum(), into);
        counter(prefix, "downstream_rq_idle_timeout", idleTimeouts.sum(), into);
        counter(prefix, "downstream_rq_too_many_premature_resets", prematureResets.sum(), into);
        counter(prefix, "downstream_rq_overload_close", overloaded.sum(), into);
        counter(prefix, "no_route", noRoute.sum(), into);
        counter(prefix, "no_cluster", noCluster.sum(), into);
        gauge(prefix, "downstream_rq_active", Math.max(0, total - over), into);
        into.add(new Histogram(Scope.HTTP, prefix, "downstream_rq_time", times.reading()));
    }

    private static void counter(String prefix, String leaf, long value, List<Stat> into) {
        into.add(new Counter(Scope.HTTP, prefix, leaf, value));
    }

    private static void gauge(String prefix, String leaf, long value, List<Stat> into) {
        into.add(new Gauge(Scope.HTTP, prefix, leaf, Math.max(0, value)));
    }
}
