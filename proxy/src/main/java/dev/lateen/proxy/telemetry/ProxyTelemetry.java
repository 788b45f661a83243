package dev.lateen.proxy.telemetry;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.http.call.CallLoops;
import dev.lateen.proxy.message.CallObserver;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.ListenerObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.AccessLogConfig;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.CustomTag;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.TcpProxy;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of this package: makes the observers of filter chains, keeps the series and log files that outlive every snapshot, and gives a
 * scrape what it asks for. Safe for use by several threads.
 */
public final class ProxyTelemetry implements Observers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyTelemetry.class);

    private final Owner owner;
    private final IstioMetrics metrics;
    private final TrafficStats traffic = new TrafficStats();
    private final SpanReader spanReader;
    private final ZipkinExporter zipkin;
    private final RandomGenerator random;
    private final OutputStream standardOut;
    private final Map<String, LogSink> sinks = new ConcurrentHashMap<>();
    private final Map<CollectorKey, SpanReporter> reporters = new ConcurrentHashMap<>();

    /**
     * Whose telemetry this is.
     *
     * @param workload the labels of our own side
     * @param serviceName the node's cluster, such as {@code productpage.default}
     * @param nodeId the xDS node id
     * @param environment the process's environment variables by their names
     */
    public record Owner(
            PeerMetadata workload, String serviceName, String nodeId, Function<String, @Nullable String> environment) {}

    private record CollectorKey(String cluster, String hostname, String path) {}

    /**
     * @param random safe for several threads
     * @param calls how spans reach collectors
     * @param standardOut where {@code /dev/stdout} goes; never closed
     */
    public ProxyTelemetry(Owner owner, RandomGenerator random, CallLoops calls, OutputStream standardOut) {
        this.metrics = new IstioMetrics(owner.workload(), IstioMetrics.MAX_SERIES);
        this.spanReader = new SpanReader(owner.nodeId());
        this.zipkin = new ZipkinExporter(new ZipkinJson(owner.serviceName()), calls);
        this.owner = owner;
        this.random = random;
        this.standardOut = standardOut;
    }

    @Override
    public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
        boolean inbound = direction == Listener.Direction.INBOUND;
        List<ExchangeObserver> observers = new ArrayList<>();
        observers.add(traffic.http(manager.statPrefix()));
        if (manager.reporting().tracing() != null) {
            observers.add(direction == Listener.Direction.OUTBOUND ? OperationNames.CLIENT : OperationNames.SERVER);
        }
        Tracer tracer = manager.reporting().tracing() == null
                ? null
                : tracer(manager.reporting().tracing(), direction);
        if (tracer != null) {
            observers.add(tracer);
        }
        for (HttpFilterConfig filter : manager.filters()) {
            if (filter instanceof HttpFilterConfig.IstioStats stats) {
                observers.add(new HttpStats(
                        metrics, inbound, !stats.disableHostHeaderFallback(), MetricPlan.of(stats.changes())));
            }
        }
        List<AccessLog> logs = accessLogs(manager.reporting().accessLogs());
        if (!logs.isEmpty()) {
            observers.add(new HttpLogs(logs));
        }
        return observers.size() == 1 ? observers.getFirst() : new Several(observers.toArray(ExchangeObserver[]::new));
    }

    @Override
    public TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> networkFilters, Listener.Direction direction) {
        MetricPlan plan = null;
        for (NetworkFilterConfig filter : networkFilters) {
            if (filter instanceof NetworkFilterConfig.IstioStats stats) {
                plan = MetricPlan.of(stats.changes());
            }
        }
        List<AccessLog> logs = accessLogs(proxy.accessLogs());
        return new TcpTelemetry(
                traffic.tcp(proxy.statPrefix()),
                plan == null ? null : metrics,
                plan == null ? MetricPlan.NONE : plan,
                direction == Listener.Direction.INBOUND,
                logs);
    }

    @Override
    public ListenerObserver listener(Listener listener) {
        List<AccessLog> logs = accessLogs(listener.accessLogs());
        ListenerObserver stats = traffic.listener(listener);
        return logs.isEmpty() ? stats : new LoggedListener(stats, logs);
    }

    /** They count in their clusters' statistics, as Envoy's do. */
    @Override
    public CallObserver calls() {
        return traffic::call;
    }

    /** Envoy's own statistics of what came in and what became of it. */
    public List<Stat> stats() {
        List<Stat> stats = new ArrayList<>();
        traffic.read(stats);
        long lost = 0;
        long failed = 0;
        for (LogSink sink : sinks.values()) {
            lost += sink.lost();
            failed += sink.failures();
        }
        stats.add(new Stat.Counter(Stat.Scope.SERVER, "", "access_log.lines_lost", lost));
        stats.add(new Stat.Counter(Stat.Scope.SERVER, "", "filesystem.write_failed", failed));
        if (!reporters.isEmpty()) {
            zipkin.read(stats);
            long dropped =
                    reporters.values().stream().mapToLong(SpanReporter::dropped).sum();
            stats.add(new Stat.Counter(Stat.Scope.SERVER, "", "tracing.zipkin.spans_dropped", dropped));
        }
        return stats;
    }

    /** Writes Istio's metric families, each series read as its line is written. */
    public void write(MetricsText out) throws IOException {
        metrics.write(out);
    }

    /** Sends waiting spans; to be called every five seconds. @return done when their collectors have answered or won't */
    public CompletionStage<Void> flushSpans() {
        return CompletableFuture.allOf(reporters.values().stream()
                .map(reporter -> reporter.flush().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Access log files that were moved away are made anew. */
    public void reopenLogs() {
        sinks.values().forEach(LogSink::reopen);
    }

    @Override
    public void close() {
        sinks.values().forEach(LogSink::close);
    }

    /** Null without a provider, as in Envoy: no context is made up and none is written. */
    @Nullable
    Tracer tracer(HttpConnectionManager.Tracing tracing, Listener.Direction direction) {
        return tracing.collector().cluster() == null
                ? null
                : new Tracer(
                        resolved(tracing),
                        direction != Listener.Direction.OUTBOUND,
                        random,
                        spanReader,
                        reporter(tracing));
    }

    /** With what the process's environment says, which does not change. */
    private HttpConnectionManager.Tracing resolved(HttpConnectionManager.Tracing tracing) {
        return tracing.withTags(
                tracing.customTags().stream().map(this::resolved).toList());
    }

    private CustomTag resolved(CustomTag tag) {
        if (!(tag instanceof CustomTag.Environment(String name, String variable, String otherwise))) {
            return tag;
        }
        String value = owner.environment().apply(variable);
        return new CustomTag.Literal(name, value == null ? otherwise : value);
    }

    private @Nullable Consumer<FinishedSpan> reporter(HttpConnectionManager.Tracing tracing) {
        String cluster = tracing.collector().cluster();
        if (cluster == null) {
            return null;
        }
        CollectorKey key = new CollectorKey(
                cluster, tracing.collector().hostname(), tracing.collector().path());
        return reporters.computeIfAbsent(key, k -> new SpanReporter(zipkin.to(k.cluster, k.hostname, k.path)));
    }

    private List<AccessLog> accessLogs(List<AccessLogConfig> configs) {
        List<AccessLog> logs = new ArrayList<>();
        for (AccessLogConfig config : configs) {
            try {
                logs.add(new AccessLog(config, sinks.computeIfAbsent(config.path(), this::open), random));
            } catch (IllegalArgumentException e) {
                LOG.warn("access log {}: {}", config.path(), e.getMessage());
            }
        }
        return logs;
    }

    private LogSink open(String path) {
        return switch (path) {
            case "/dev/stdout" -> LogSink.to(path, standardOut);
            case "/dev/stderr" -> LogSink.to(path, System.err);
            default -> file(path);
        };
    }

    /** Opened once here, so that a file that can't be is told when it is configured. */
    private static LogSink file(String path) {
        LogSink.Opener opener = new LogSink.Opener() {
            @Override
            public OutputStream open() throws IOException {
                return new FileOutputStream(path, true);
            }

            @Override
            public void close(OutputStream opened) throws IOException {
                opened.close();
            }
        };
        try {
            opener.close(opener.open());
        } catch (IOException e) {
            throw new IllegalArgumentException("can't be opened: " + e.getMessage(), e);
        }
        return new LogSink(path, opener, LogSink.IDLE);
    }

    /** Counts finished exchanges. */
    private record HttpStats(IstioMetrics metrics, boolean inbound, boolean hostFallback, MetricPlan plan)
            implements ExchangeObserver {
        @Override
        public void onComplete(ExchangeFacts exchange) {
            metrics.count(exchange, inbound, hostFallback, plan);
        }
    }

    /** Writes finished exchanges to all logs. */
    private record HttpLogs(List<AccessLog> logs) implements ExchangeObserver {
        @Override
        public void onComplete(ExchangeFacts exchange) {
            for (AccessLog log : logs) {
                log.log(exchange);
            }
        }
    }

    /** Metrics and logs of TCP sessions. */
    private record TcpTelemetry(
            TcpProxyStats stats, @Nullable IstioMetrics metrics, MetricPlan plan, boolean inbound, List<AccessLog> logs)
            implements TcpObserver {
        @Override
        public void onStart(TcpSession session) {
            stats.started();
        }

        @Override
        public void onOpen(TcpSession session) {
            if (metrics != null) {
                metrics.opened(session, inbound, plan);
            }
        }

        @Override
        public void onProgress(TcpSession session) {
            long sent = session.takeUnreportedSent();
            long received = session.takeUnreportedReceived();
            stats.transferred(received, sent);
            if (metrics != null) {
                metrics.transferred(session, inbound, plan, sent, received);
            }
        }

        @Override
        public void onClose(TcpSession session) {
            onProgress(session);
            stats.ended(session);
            if (metrics != null) {
                metrics.closed(session, inbound, plan);
            }
            for (AccessLog log : logs) {
                log.log(session);
            }
        }
    }
}
