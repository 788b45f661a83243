package dev.lateen.proxy;

import dev.lateen.proxy.admin.ConfigChanges;
import dev.lateen.proxy.dns.DnsServer;
import dev.lateen.proxy.dns.DnsSettings;
import dev.lateen.proxy.http.Filters;
import dev.lateen.proxy.http.HttpServer;
import dev.lateen.proxy.http.HttpServices;
import dev.lateen.proxy.http.call.ClusterCalls;
import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.http.filter.FilterCompiler;
import dev.lateen.proxy.http.filter.FilterCounters;
import dev.lateen.proxy.http.filter.FilterStates;
import dev.lateen.proxy.http.filter.LocalWorkload;
import dev.lateen.proxy.inforce.Current;
import dev.lateen.proxy.listener.ListenerSettings;
import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.listener.Listeners;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.policy.ConnectionAuthorizer;
import dev.lateen.proxy.tcp.TcpProxying;
import dev.lateen.proxy.telemetry.ProxyTelemetry;
import dev.lateen.proxy.tls.TlsContexts;
import dev.lateen.proxy.transport.EventLoops;
import dev.lateen.proxy.transport.LazyResolver;
import dev.lateen.proxy.transport.SocketConnector;
import dev.lateen.proxy.transport.UpstreamConnector;
import dev.lateen.proxy.upstream.Timers;
import dev.lateen.proxy.upstream.UpstreamClusters;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything a request meets, put together, from the listener's socket to the upstream's. A new snapshot is compiled and comes into force whole; then sockets and
 * connections follow.
 */
final class DataPath {
    /** How long an end waits for collectors that don't answer. */
    private static final long LAST_SPANS_SECONDS = 1;

    private final EventLoops loops;
    private volatile @Nullable DnsServer dns;
    private final ProxyTelemetry telemetry;
    private final int concurrency;
    private final UpstreamClusters clusters;
    private final LazyResolver resolver;
    private final Current current;
    private final TlsContexts tls;
    private final HttpServer http;
    private final Listeners listeners;
    private final FilterStates filterStates;
    private final FilterCounters counters = new FilterCounters();
    private final ConfigChanges changes = new ConfigChanges();

    /** @param standardOut where access logs to {@code /dev/stdout} go */
    DataPath(Vertx vertx, XdsNode node, ListenerSettings settings, OutputStream standardOut) {
        InstantSource clock = InstantSource.system();
        LongSupplier nanos = System::nanoTime;
        loops = EventLoops.of(vertx);
        concurrency = loops.all().size();
        resolver = new LazyResolver(loops);
        clusters = new UpstreamClusters(resolver, Timers.on(loops.next()), new SplittableRandom());
        telemetry = new ProxyTelemetry(owner(node), new java.util.Random(), this::call, standardOut);
        current = new Current(clusters, telemetry);
        filterStates = FilterStates.of(Timers.on(loops.next()), this::active);
        tls = new TlsContexts(this::active);
        UpstreamConnector connector = new SocketConnector(loops, tls, resolver);
        http = new HttpServer(new HttpServices(
                loops.all(),
                current,
                clusters,
                new Filters(
                        new FilterCompiler(LocalWorkload.of(node.id(), node.metadata()), counters)::compile,
                        filterStates),
                connector,
                clock,
                nanos,
                loops.memory()::level,
                address(node.id()),
                SplittableRandom::new));
        TcpProxying tcp = new TcpProxying(
                connector, SplittableRandom::new, clock, nanos, node.id(), node.metadata(), loops.memory()::level);
        listeners = new Listeners(
                new Listeners.Surroundings(
                        current::get, loops, tls, new ConnectionAuthorizer()::denial, http, tcp, clock, nanos),
                settings);
    }

    /** The second part of {@code type~address~name~domain}. */
    private static String address(String nodeId) {
        String[] parts = nodeId.split("~", -1);
        return parts.length == 4 && !parts[1].isEmpty() ? parts[1] : "127.0.0.1";
    }

    /** The snapshot in force. */
    ProxySnapshot active() {
        return current.get().snapshot();
    }

    private Pending call(Function<ClusterCalls, Pending> caller) {
        return http.call(caller);
    }

    UpstreamClusters clusters() {
        return clusters;
    }

    ProxyTelemetry telemetry() {
        return telemetry;
    }

    /** Answers the application's DNS questions from now on, if there are settings for that; else nothing of it is loaded. */
    Future<Void> answerDns(Vertx vertx, @Nullable DnsSettings settings) {
        if (settings == null) {
            return Future.succeededFuture();
        }
        DnsServer server = new DnsServer(vertx, loops, settings, new SecureRandom(), System::nanoTime);
        dns = server;
        return server.start();
    }

    /** Who answers them; null for nobody. Any thread. */
    @Nullable
    DnsServer dns() {
        return dns;
    }

    Future<Void> stopDns() {
        DnsServer server = dns;
        return server == null ? Future.succeededFuture() : server.stop();
    }

    /** How many event loops carry connections. */
    int concurrency() {
        return concurrency;
    }

    FilterCounters filterCounters() {
        return counters;
    }

    Listeners listeners() {
        return listeners;
    }

    /** What snapshots brought so far. */
    ConfigChanges changes() {
        return changes;
    }

    /** Puts a snapshot in force; one at a time, in order. Done when every address is bound or could not be. */
    Future<List<ListenerStatus>> apply(ProxySnapshot snapshot) {
        changes.count(active(), snapshot);
        current.put(snapshot);
        return listeners.follow().onSuccess(changes::count);
    }

    /** Stops accepting, lets connections finish for that long, closes what is left. */
    Future<Void> drain(Duration limit) {
        return listeners.drain(limit).eventually(this::lastSpans);
    }

    /** Those of the last requests, while there is something to send them by. */
    private Future<Void> lastSpans() {
        return Future.fromCompletionStage(telemetry.flushSpans())
                .timeout(LAST_SPANS_SECONDS, TimeUnit.SECONDS)
                .otherwiseEmpty();
    }

    /** Lets everything go; after draining. */
    void close() {
        http.close();
        filterStates.close();
        clusters.close();
        resolver.close();
        tls.close();
        telemetry.close();
    }

    private static ProxyTelemetry.Owner owner(XdsNode node) {
        Map<String, Object> metadata = node.metadata();
        Map<?, ?> labels = metadata.get("LABELS") instanceof Map<?, ?> map ? map : Map.of();
        PeerMetadata unknown = PeerMetadata.UNKNOWN;
        PeerMetadata self = new PeerMetadata(
                text(metadata, "WORKLOAD_NAME", unknown.workload()),
                text(metadata, "NAMESPACE", unknown.namespace()),
                text(metadata, "CLUSTER_ID", unknown.cluster()),
                text(
                        labels,
                        "service.istio.io/canonical-name",
                        text(labels, "app", text(metadata, "WORKLOAD_NAME", unknown.canonicalService()))),
                text(labels, "service.istio.io/canonical-revision", text(labels, "version", "latest")),
                text(labels, "app", unknown.app()),
                text(labels, "version", unknown.version()));
        return new ProxyTelemetry.Owner(self, node.cluster(), node.id(), ProxyBootstrap::environment);
    }

    private static String text(Map<?, ?> map, String key, String otherwise) {
        return map.get(key) instanceof String text && !text.isEmpty() ? text : otherwise;
    }
}
