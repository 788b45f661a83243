package dev.lateen.istiod.discovery;

import dev.lateen.istiod.translate.resource.XdsResource;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code envoy.service.discovery.v3.AggregatedDiscoveryService}, both variants, on any number of gRPC servers. Safe from any
 * thread.
 */
public final class DiscoveryServer {
    private static final Logger LOG = LoggerFactory.getLogger(DiscoveryServer.class);
    private static final long LOOK_MILLIS = 250;
    private static final ServiceName SERVICE =
            ServiceName.create("envoy.service.discovery.v3", "AggregatedDiscoveryService");

    private final DiscoverySettings settings;
    private final DiscoveryEvents events;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Convergence<DiscoveryStream> convergence;
    private final AbsentProxies absent = new AbsentProxies();
    private final Set<DiscoveryStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private volatile @Nullable MeshView view;
    private volatile boolean stopped;
    private final CountDownLatch end = new CountDownLatch(1);

    /**
     * A server without a snapshot: streams are accepted and wait for the first.
     *
     * @param nanos a clock for durations, such as {@code System::nanoTime}
     * @param random spreads the ages of streams
     */
    public DiscoveryServer(
            DiscoverySettings settings,
            DiscoveryEvents events,
            InstantSource clock,
            LongSupplier nanos,
            RandomGenerator random) {
        this.settings = settings;
        this.events = events;
        this.clock = clock;
        this.nanos = nanos;
        this.random = random;
        this.convergence = new Convergence<>(events, nanos);
        Thread.ofVirtual().name("ads-silence").start(this::watch);
    }

    /** A stream's own thread may wait for its client to read; so another one looks at who says nothing. */
    private void watch() {
        WakingTime time = new WakingTime(TimeUnit.MILLISECONDS.toNanos(2 * LOOK_MILLIS), nanos());
        try {
            while (!end.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                time.look(nanos());
                streams.forEach(stream -> stream.tellSilence(time));
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody looks for silent proxies any more");
        }
    }

    /** Adds the service to a gRPC server; {@code peerCheck} decides who may call there. */
    public void serveOn(GrpcServer grpc, CallerCheck peerCheck) {
        for (Dialect dialect : Dialect.values()) {
            grpc.callHandler(
                    ServiceMethod.server(
                            SERVICE, dialect.method(), GrpcMessageEncoder.IDENTITY, GrpcMessageDecoder.IDENTITY),
                    request -> accept(request, dialect, peerCheck));
        }
    }

    private void accept(GrpcServerRequest<Buffer, Buffer> request, Dialect dialect, CallerCheck peerCheck) {
        Mailbox mailbox = new Mailbox();
        AdsCall call = new AdsCall(request, mailbox);
        if (streams.size() >= settings.maxStreams()) {
            call.end(
                    GrpcStatus.RESOURCE_EXHAUSTED,
                    "streams: " + settings.maxStreams() + " are open (accepted: no more)");
            return;
        }
        long number = numbers.incrementAndGet();
        DiscoveryStream stream = new DiscoveryStream(this, call, mailbox, dialect, peerCheck, number);
        streams.add(stream);
        if (stopped) {
            stream.stop();
        }
        Thread.ofVirtual().name("ads-" + number).start(stream);
    }

    /** Puts a snapshot in force: every proxy is sent what it does not have. To be called by one writer, with rising versions. */
    public void publish(MeshView newView) {
        convergence.published(
                newView.version(),
                streams.stream().filter(DiscoveryStream::isServed).toList(),
                absent.list(clock.instant(), newView::knows).stream()
                        .map(proxy -> proxy.last().node().id())
                        .toList());
        view = newView;
        streams.forEach(DiscoveryStream::wake);
    }

    /** Ends all streams, so that proxies look for another istiod; later ones are ended at once. */
    public void stop() {
        stopped = true;
        end.countDown();
        streams.forEach(DiscoveryStream::stop);
    }

    /** The snapshot in force; null before the first. */
    public @Nullable MeshView view() {
        return view;
    }

    /** Every connected proxy that has said who it is and asked for something, the newest stream last. */
    public List<ProxyStatus> proxies() {
        return streams.stream()
                .flatMap(stream -> stream.status().stream())
                .filter(status -> !status.types().isEmpty())
                .sorted((a, b) -> a.connectedAt().compareTo(b.connectedAt()))
                .toList();
    }

    /** Proxies whose streams broke and that are expected back, the longest absent first. */
    public List<AbsentProxy> absent() {
        MeshView now = view;
        return absent.list(clock.instant(), node -> now == null || now.knows(node));
    }

    /** The newest stream of a proxy: by {@code POD.NAMESPACE}, its node id, or the id of the connection. */
    public Optional<ProxyStatus> proxy(String id) {
        return proxies().stream()
                .filter(status -> status.proxyId().equals(id)
                        || status.node().id().equals(id)
                        || status.connectionId().equals(id))
                .reduce((older, newer) -> newer);
    }

    /** What a connection was sent of a type and not told to drop; empty if there is no such connection. */
    public List<XdsResource> sent(String connectionId, String typeUrl) {
        return stream(connectionId).map(stream -> stream.sent(typeUrl)).orElse(List.of());
    }

    /** The names that a connection asked for of a type, {@code *} for all; empty if there is no such connection. */
    public List<String> wanted(String connectionId, String typeUrl) {
        return stream(connectionId).map(stream -> stream.wanted(typeUrl)).orElse(List.of());
    }

    private Optional<DiscoveryStream> stream(String connectionId) {
        return streams.stream()
                .filter(stream -> stream.status()
                        .filter(s -> s.connectionId().equals(connectionId))
                        .isPresent())
                .findFirst();
    }

    /** @param lost how the proxy stood, if its stream broke */
    void ended(DiscoveryStream stream, Optional<ProxyStatus> lost) {
        streams.remove(stream);
        // A proxy that has come back already is not missed.
        Optional<ProxyStatus> missed = lost.filter(status ->
                streams.stream().noneMatch(other -> other.isOf(status.node().id())));
        if (missed.isEmpty()) {
            convergence.gone(stream);
            return;
        }
        ProxyStatus last = missed.get();
        MeshView now = view;
        absent.lost(last, clock.instant(), now != null && now.knows(last.node()));
        convergence.lost(stream, last.node().id());
    }

    /** A proxy has a stream again. */
    void returned(String nodeId) {
        absent.returned(nodeId);
    }

    DiscoverySettings settings() {
        return settings;
    }

    DiscoveryEvents events() {
        return events;
    }

    InstantSource clock() {
        return clock;
    }

    Convergence<DiscoveryStream> convergence() {
        return convergence;
    }

    long nanos() {
        return nanos.getAsLong();
    }

    /** When a stream that began at {@code began} should end, on the clock for durations. */
    long streamEnd(long began) {
        long age = settings.maxStreamAge().toNanos();
        return age == 0 ? began + Long.MAX_VALUE / 2 : began + (long) (age * random.nextDouble(0.9, 1.1));
    }
}
