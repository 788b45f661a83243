package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.Fate;
import dev.lateen.proxy.xds.snapshot.Outcome;
import dev.lateen.proxy.xds.snapshot.SnapshotSource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy's side of xDS: keeps an aggregated stream to the control plane and one to each SDS server that resources name, subscribes to what
 * is referred to, and gives what comes to a {@link SnapshotSource}. When a stream dies, everything stays in force. Public methods may
 * be called from any thread, but for those of {@link SnapshotSource.Follower}.
 */
public final class AdsClient implements SnapshotSource.Follower {
    private static final Logger LOG = LoggerFactory.getLogger(AdsClient.class);
    private static final String ADS = "envoy.service.discovery.v3.AggregatedDiscoveryService/";
    private static final String SDS = "envoy.service.secret.v3.SecretDiscoveryService/";
    private static final int MAX_SEEN_PATHS = 1000;

    private final Vertx vertx;
    private final XdsSettings settings;
    private final ResourceDecoder decoder;
    private final SnapshotSource source;
    private final Map<String, XdsStream> sdsStreams = new ConcurrentHashMap<>();
    private final Set<ResourceType> received = EnumSet.noneOf(ResourceType.class);
    private final Set<String> seenPaths = new LinkedHashSet<>();
    private final AtomicLong rejected = new AtomicLong();
    private final Map<ResourceType, UpdateCounts> updates = new ConcurrentHashMap<>();
    private final Promise<Void> first = Promise.promise();
    private final @Nullable XdsStream ads;
    private final @Nullable Function<NameTable, Future<?>> names;
    private boolean started;
    private boolean adsStarted;

    /** @param source takes what comes, and tells what to ask for; not started yet */
    public AdsClient(Vertx vertx, XdsSettings settings, ResourceDecoder decoder, SnapshotSource source) {
        this(vertx, settings, decoder, source, null);
    }

    /**
     * The same for a proxy that answers DNS.
     *
     * @param names takes the name table, on the source's context, and tells when it is in force; null if nobody asks for it
     */
    public AdsClient(
            Vertx vertx,
            XdsSettings settings,
            ResourceDecoder decoder,
            SnapshotSource source,
            @Nullable Function<NameTable, Future<?>> names) {
        this.vertx = vertx;
        this.names = names;
        this.settings = settings;
        this.decoder = decoder;
        this.source = source;
        String name = settings.delta() ? "DeltaAggregatedResources" : "StreamAggregatedResources";
        XdsTarget target = settings.ads();
        this.ads = target == null ? null : stream(target, ADS + name, settings.delta());
        source.follow(this);
    }

    /** Connects; comes to its end once listeners and clusters were received and all of them are in force in the data path. */
    public Future<Void> start() {
        source.context().runOnContext(_ -> {
            started = true;
            if (ads == null) {
                first.tryComplete();
            } else {
                ads.subscribe(ResourceType.CLUSTER, Set.of());
                ads.subscribe(ResourceType.LISTENER, Set.of());
                if (names != null) {
                    ads.subscribe(ResourceType.NAMES, Set.of());
                }
                startAds();
            }
        });
        return first.future();
    }

    /** Ends all streams. */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        source.context().runOnContext(_ -> {
            Future<Void> all = ads == null ? Future.succeededFuture() : ads.close();
            for (XdsStream stream : sdsStreams.values()) {
                all = all.eventually(stream::close);
            }
            all.onComplete(done);
        });
        return done.future();
    }

    /** Whether the aggregated stream is open now. */
    public boolean connected() {
        return ads != null && ads.connected();
    }

    /** What became of the aggregated streams; null without a control plane. */
    public @Nullable StreamCounts counts() {
        return ads == null ? null : ads.counts();
    }

    /** How many resources were rejected so far. */
    public long rejectedCount() {
        return rejected.get();
    }

    /** How often something of each type came. */
    public Map<ResourceType, UpdateCounts> updates() {
        return updates;
    }

    private XdsStream stream(XdsTarget target, String method, boolean delta) {
        DiscoveryProtocol protocol =
                delta ? new DeltaProtocol(settings.node()) : new StateOfTheWorldProtocol(settings.node());
        Backoff backoff = new Backoff(settings.retryBase(), settings.retryMost(), settings.random());
        return new XdsStream(
                vertx,
                source.context(),
                target,
                source::secrets,
                method,
                protocol,
                decoder,
                backoff,
                settings.clock(),
                this::apply);
    }

    private Fate apply(Outcome outcome) {
        rejected.addAndGet(outcome.rejections().size());
        ResourceType type = outcome.type();
        if (type == null) {
            return new Fate(Future.succeededFuture(), Future.succeededFuture(List.of()));
        }
        boolean good = outcome.rejections().isEmpty();
        updates.put(type, updates.getOrDefault(type, UpdateCounts.NONE).plus(!good));
        outcome.changed().forEach(this::tellUnsupported);
        if (type == ResourceType.NAMES) {
            return named(outcome);
        }
        received.add(type);
        return source.take(type, outcome);
    }

    private Fate named(Outcome outcome) {
        Future<?> inForce = Future.succeededFuture();
        for (Decoded.Accepted accepted : outcome.changed()) {
            if (names != null && accepted.resource() instanceof Decoded.Resource.OfNames(NameTable table)) {
                inForce = names.apply(table);
                inForce.onSuccess(_ -> source.context().runOnContext(_ -> {
                    received.add(ResourceType.NAMES);
                    settled();
                }));
            }
        }
        return new Fate(
                inForce,
                inForce.map(_ -> List.<Decoded.Rejected>of())
                        .otherwise(e -> List.of(new Decoded.Rejected("", "names: " + e.getMessage()))));
    }

    /**
     * As Istio's agent sees it: both lists are there, nothing of them was rejected or waits for anything any longer, and every listener is
     * bound; and where DNS is answered, the names are there. What is rejected later changes nothing.
     */
    @Override
    public void settled() {
        startAds();
        boolean both = received.contains(ResourceType.LISTENER) && received.contains(ResourceType.CLUSTER);
        if (both && source.isWhole() && !lacksNames()) {
            first.tryComplete();
        }
    }

    private boolean lacksNames() {
        return names != null && !received.contains(ResourceType.NAMES);
    }

    /** Why the configuration is not whole yet, in words; empty when it is. Any thread. */
    public List<String> holdUps() {
        List<String> reasons = new ArrayList<>();
        source.failures().forEach(failure -> reasons.add("rejected: " + failure));
        reasons.addAll(source.waiting());
        sdsStreams.values().stream()
                .map(XdsStream::failure)
                .filter(f -> !f.isEmpty())
                .forEach(reasons::add);
        if (ads != null && !ads.failure().isEmpty()) {
            reasons.add(ads.failure());
        } else if (reasons.isEmpty() && !first.future().isComplete()) {
            reasons.add(notBegun());
        }
        return reasons;
    }

    private String notBegun() {
        if (source.secrets().isEmpty() && !connected()) {
            return "no certificate yet";
        }
        boolean namesOnly = updates.containsKey(ResourceType.LISTENER) && !updates.containsKey(ResourceType.NAMES);
        return names != null && namesOnly
                ? "DNS is captured, and the control plane has told no names yet"
                : "no answer from the control plane yet";
    }

    /** Once for each field, however many resources have it. */
    private void tellUnsupported(Decoded.Accepted resource) {
        for (ConfigGap gap : resource.gaps()) {
            String told =
                    gap.effect() == ConfigGap.Effect.DENIES ? gap.toString() : withoutIndexes(gap.path()) + gap.what();
            if (seenPaths.size() < MAX_SEEN_PATHS && seenPaths.add(told)) {
                LOG.warn("{}", gap);
            }
        }
        for (String path : resource.unsupported()) {
            String field = withoutIndexes(path);
            if (seenPaths.size() < MAX_SEEN_PATHS && seenPaths.add(field)) {
                LOG.warn("{}: {} is not followed by this proxy", resource.name(), path);
            }
        }
    }

    private static String withoutIndexes(String path) {
        StringBuilder text = new StringBuilder(path.length());
        int depth = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            depth += c == '[' ? 1 : 0;
            if (depth == 0) {
                text.append(c);
            }
            depth -= c == ']' && depth > 0 ? 1 : 0;
        }
        return text.toString();
    }

    @Override
    public void referencesChanged(SnapshotSource.References references) {
        // Endpoints first: a cluster should be ready before routes send requests to it.
        if (ads != null) {
            ads.subscribe(ResourceType.ENDPOINTS, references.names(ResourceType.ENDPOINTS));
            ads.subscribe(ResourceType.ROUTES, references.names(ResourceType.ROUTES));
            ads.subscribe(ResourceType.SECRET, references.names(ResourceType.SECRET));
        }
        settings.sds().forEach((server, target) -> {
            Set<String> names = references.secretsOf(server);
            XdsStream stream = sdsStreams.get(server);
            if (stream == null && !names.isEmpty()) {
                stream = stream(
                        target.target(), SDS + (target.delta() ? "DeltaSecrets" : "StreamSecrets"), target.delta());
                sdsStreams.put(server, stream);
                stream.start();
            }
            if (stream != null) {
                stream.subscribe(ResourceType.SECRET, names);
            }
        });
    }

    /** Once the secrets are there that the control plane asks for, or is checked by. */
    private void startAds() {
        XdsTarget target = settings.ads();
        if (started
                && ads != null
                && target != null
                && !adsStarted
                && source.secrets().keySet().containsAll(target.secrets())) {
            adsStarted = true;
            ads.start();
        }
    }
}
