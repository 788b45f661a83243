package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.ConfigGap;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxy's side of xDS: keeps an aggregated stream to the control plane and one to each SDS server that resources name, subscribes to what
 * is referred to, and hands out a snapshot whenever one is complete. When a stream dies, everything stays in force. Public methods may
 * be called from any thread; the snapshot consumer is called on the client's own context.
 */
public final class AdsClient {
    private static final Logger LOG = LoggerFactory.getLogger(AdsClient.class);
    private static final String ADS = "envoy.service.discovery.v3.AggregatedDiscoveryService/";
    private static final String SDS = "envoy.service.secret.v3.SecretDiscoveryService/";
    private static final int MAX_SEEN_PATHS = 1000;

    private final Vertx vertx;
    private final Context context;
    private final XdsSettings settings;
    private final ResourceDecoder decoder;
    private final SnapshotAssembler assembler;
    private final Application application;
    private final Map<String, XdsStream> sdsStreams = new ConcurrentHashMap<>();
    private final Set<ResourceType> received = EnumSet.noneOf(ResourceType.class);
    private final Set<String> seenPaths = new LinkedHashSet<>();
    private final AtomicLong rejected = new AtomicLong();
    private final Map<ResourceType, UpdateCounts> updates = new ConcurrentHashMap<>();
    private final Promise<Void> first = Promise.promise();
    private final Consumer<Set<String>> onOwnSecrets;
    private final @Nullable XdsStream ads;
    private boolean adsStarted;
    private long patienceTimer = -1;
    private volatile List<String> waiting = List.of();
    private volatile List<String> failures = List.of();
    private volatile Map<String, Secret> secrets = Map.of();

    /** @param sink puts snapshots in force */
    public AdsClient(
            Vertx vertx,
            XdsSettings settings,
            ResourceDecoder decoder,
            SnapshotAssembler assembler,
            SnapshotSink sink) {
        this(vertx, settings, decoder, assembler, sink, names -> {});
    }

    /**
     * With somebody who brings the secrets that no SDS server of the settings serves.
     *
     * @param sink puts snapshots in force
     * @param onOwnSecrets told all names of such secrets whenever they may have changed; must not block
     */
    public AdsClient(
            Vertx vertx,
            XdsSettings settings,
            ResourceDecoder decoder,
            SnapshotAssembler assembler,
            SnapshotSink sink,
            Consumer<Set<String>> onOwnSecrets) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.settings = settings;
        this.decoder = decoder;
        this.assembler = assembler;
        this.application = new Application(vertx, context, sink, assembler, settings.clock(), this::completeFirst);
        this.onOwnSecrets = onOwnSecrets;
        String name = settings.delta() ? "DeltaAggregatedResources" : "StreamAggregatedResources";
        XdsTarget target = settings.ads();
        this.ads = target == null ? null : stream(target, ADS + name, settings.delta());
    }

    /** Connects; comes to its end once listeners and clusters were received and all of them are in force in the data path. */
    public Future<Void> start() {
        context.runOnContext(_ -> {
            if (ads != null) {
                ads.subscribe(ResourceType.CLUSTER, Set.of());
                ads.subscribe(ResourceType.LISTENER, Set.of());
            }
            followReferences();
            publish();
            if (ads == null) {
                first.tryComplete();
            }
        });
        return first.future();
    }

    /** Ends all streams; what was handed out stays. */
    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(_ -> {
            vertx.cancelTimer(patienceTimer);
            application.close();
            Future<Void> all = ads == null ? Future.succeededFuture() : ads.close();
            for (XdsStream stream : sdsStreams.values()) {
                all = all.eventually(stream::close);
            }
            all.onComplete(done);
        });
        return done.future();
    }

    /** Takes a secret that does not come over xDS: the workload's own certificate or roots. */
    public void secret(Secret secret) {
        context.runOnContext(_ -> {
            assembler.secret(secret);
            publish();
            completeFirst();
        });
    }

    /** A secret that does not come over xDS can't be had for now: nobody waits for it any longer. One that was there stays. */
    public void absentSecret(String name) {
        context.runOnContext(_ -> {
            assembler.update(ResourceType.SECRET, List.of(), Set.of(name));
            publish();
            completeFirst();
        });
    }

    /** Whether the aggregated stream is open now. */
    public boolean connected() {
        return ads != null && ads.connected();
    }

    /** How many resources were rejected so far. */
    public long rejectedCount() {
        return rejected.get();
    }

    /** How often something of each type came. */
    public Map<ResourceType, UpdateCounts> updates() {
        return updates;
    }

    /** What became of everything that was sent. */
    public Future<ConfigState> configState() {
        Promise<ConfigState> state = Promise.promise();
        context.runOnContext(_ -> state.complete(assembler.configState()));
        return state.future();
    }

    /** What waits for something else before it comes into force, in words. */
    public List<String> waiting() {
        return waiting;
    }

    private XdsStream stream(XdsTarget target, String method, boolean delta) {
        DiscoveryProtocol protocol =
                delta ? new DeltaProtocol(settings.node()) : new StateOfTheWorldProtocol(settings.node());
        Backoff backoff = new Backoff(settings.retryBase(), settings.retryMost(), settings.random());
        return new XdsStream(
                vertx,
                context,
                target,
                () -> secrets,
                method,
                protocol,
                decoder,
                backoff,
                settings.clock(),
                this::apply);
    }

    private Fate apply(DiscoveryProtocol.Outcome outcome) {
        rejected.addAndGet(outcome.rejections().size());
        ResourceType type = outcome.type();
        if (type == null) {
            return new Fate(Future.succeededFuture(), Future.succeededFuture(List.of()));
        }
        boolean good = outcome.rejections().isEmpty();
        updates.put(type, updates.getOrDefault(type, UpdateCounts.NONE).plus(!good));
        outcome.changed().forEach(this::tellUnsupported);
        Instant now = settings.clock().instant();
        outcome.rejections()
                .forEach(rejection -> assembler.rejected(
                        type, rejection.name(), new ConfigState.Failure(rejection.reason(), outcome.version(), now)));
        if (good) {
            // What was too broken to have a name is not among what came now.
            assembler.recovered(type, "");
        }
        assembler.update(type, outcome.changed(), outcome.removed());
        followReferences();
        publish();
        received.add(type);
        completeFirst();
        return application.fate(type, outcome);
    }

    /**
     * As Istio's agent sees it: both lists are there, nothing of them was rejected or waits for anything any longer, and every listener is
     * bound. What is rejected later changes nothing.
     */
    private void completeFirst() {
        boolean both = received.contains(ResourceType.LISTENER) && received.contains(ResourceType.CLUSTER);
        failures = assembler.failures();
        if (both && waiting.isEmpty() && failures.isEmpty() && application.isSettled()) {
            first.tryComplete();
        }
    }

    /** Why the configuration is not whole yet, in words; empty when it is. Any thread. */
    public List<String> holdUps() {
        List<String> reasons = new ArrayList<>();
        failures.forEach(failure -> reasons.add("rejected: " + failure));
        reasons.addAll(waiting);
        sdsStreams.values().stream()
                .map(XdsStream::failure)
                .filter(f -> !f.isEmpty())
                .forEach(reasons::add);
        if (ads != null && !ads.failure().isEmpty()) {
            reasons.add(ads.failure());
        } else if (reasons.isEmpty() && !first.future().isComplete()) {
            reasons.add(
                    secrets.isEmpty() && !connected() ? "no certificate yet" : "no answer from the control plane yet");
        }
        return reasons;
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

    private void followReferences() {
        // Endpoints first: a cluster should be ready before routes send requests to it.
        if (ads != null) {
            ads.subscribe(ResourceType.ENDPOINTS, assembler.names(ResourceType.ENDPOINTS));
            ads.subscribe(ResourceType.ROUTES, assembler.names(ResourceType.ROUTES));
            ads.subscribe(ResourceType.SECRET, assembler.names(ResourceType.SECRET));
        }
        settings.sds().forEach((source, target) -> {
            Set<String> names = assembler.secretNames(source);
            XdsStream stream = sdsStreams.get(source);
            if (stream == null && !names.isEmpty()) {
                stream = stream(
                        target.target(), SDS + (target.delta() ? "DeltaSecrets" : "StreamSecrets"), target.delta());
                sdsStreams.put(source, stream);
                stream.start();
            }
            if (stream != null) {
                stream.subscribe(ResourceType.SECRET, names);
            }
        });
        onOwnSecrets.accept(assembler.secretNamesBeyond(settings.sds().keySet()));
    }

    private void publish() {
        ProxySnapshot snapshot = assembler.assemble();
        waiting = assembler.waiting();
        assembler.takeLate().forEach(LOG::warn);
        awaitDeadline();
        if (snapshot != null) {
            // What comes into force may have let go of what it replaced.
            followReferences();
            application.apply(snapshot);
            secrets = snapshot.secrets();
        }
        application.look();
        startAds();
    }

    /** Once the secrets are there that the control plane asks for, or is checked by. */
    private void startAds() {
        XdsTarget target = settings.ads();
        if (ads != null && target != null && !adsStarted && secrets.keySet().containsAll(target.secrets())) {
            adsStarted = true;
            ads.start();
        }
    }

    /** Something that waits may lose its patience before anything comes. */
    private void awaitDeadline() {
        vertx.cancelTimer(patienceTimer);
        Instant deadline = assembler.nextDeadline();
        if (deadline != null) {
            long millis = Duration.between(settings.clock().instant(), deadline).toMillis();
            patienceTimer = vertx.setTimer(
                    Math.max(1, millis + 1),
                    _ -> context.runOnContext(_ -> {
                        publish();
                        completeFirst();
                    }));
        }
    }
}
