package dev.lateen.proxy;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.proxy.admin.AdminServer;
import dev.lateen.proxy.admin.AdminSource;
import dev.lateen.proxy.agent.AgentMetrics;
import dev.lateen.proxy.agent.AgentServer;
import dev.lateen.proxy.agent.AgentSettings;
import dev.lateen.proxy.agent.AgentSource;
import dev.lateen.proxy.dns.DnsServer;
import dev.lateen.proxy.identity.FileSecrets;
import dev.lateen.proxy.identity.GrpcCertificateAuthority;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.identity.MeshRoots;
import dev.lateen.proxy.identity.SecretSource;
import dev.lateen.proxy.identity.SecretSources;
import dev.lateen.proxy.identity.Surroundings;
import dev.lateen.proxy.identity.WorkloadIdentity;
import dev.lateen.proxy.listener.ListenerStatus;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.model.Secret;
import dev.lateen.proxy.xds.AdsClient;
import dev.lateen.proxy.xds.UpdateCounts;
import dev.lateen.proxy.xds.XdsSettings;
import dev.lateen.proxy.xds.XdsTarget;
import dev.lateen.proxy.xds.XdsTargets;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.snapshot.ConfigState;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import dev.lateen.proxy.xds.snapshot.SnapshotSource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy, as one verticle: identity, then control plane, then snapshots, then listeners. Its deployment succeeds once its own ports and its
 * static listeners are bound; {@link #ready()} tells when the control plane's listeners are bound too. Undeploying drains. One process can
 * hold many.
 */
public class Proxy extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);
    private static final Duration RETRY_BASE = Duration.ofMillis(500);
    /** Envoy: 30 s. Shorter, so that a restarted istiod has its proxies back in a moment; the waits are spread by chance. */
    private static final Duration RETRY_MOST = Duration.ofSeconds(2);

    private static final long SPAN_FLUSH_MILLIS = 5_000;

    private final ProxyBootstrap bootstrap;
    private final OutputStream standardOut;
    private final Promise<Void> ready = Promise.promise();
    private final long startNanos = System.nanoTime();
    private Instant began = Instant.now();
    private volatile @Nullable Duration startup;
    private Runnable quit = () -> {};
    private Runnable onLeave = () -> {};
    private @Nullable Consumer<Secret> onSecret;
    private MetricsSource platform = MetricsSource.NONE;
    private volatile AdminSource.State state = AdminSource.State.PRE_INITIALIZING;
    private @Nullable DataPath dataPath;
    private @Nullable AdminServer admin;
    private @Nullable AgentServer agent;
    private @Nullable SnapshotSource source;
    private @Nullable AdsClient client;
    private @Nullable FileSecrets files;
    private @Nullable WorkloadIdentity identity;
    private Future<List<ListenerStatus>> applied = Future.succeededFuture(List.of());
    private long spanTimer = -1;

    /** @param standardOut where access logs to {@code /dev/stdout} go; never closed */
    public Proxy(ProxyBootstrap bootstrap, OutputStream standardOut) {
        this.bootstrap = bootstrap;
        this.standardOut = standardOut;
    }

    /** What {@code POST /quitquitquit} does beside undeploying, such as ending the process. */
    public Proxy onQuit(Runnable action) {
        quit = action;
        return this;
    }

    /** Told when the agent's port was asked to drain. */
    public Proxy onLeave(Runnable action) {
        onLeave = action;
        return this;
    }

    /** Told of each certificate of the workload and of the mesh's roots, on a worker, one after the other. */
    public Proxy onSecret(Consumer<Secret> listener) {
        onSecret = listener;
        return this;
    }

    /** When the process began, from which the time until the proxy is ready is told; else when it was made. */
    public Proxy began(Instant time) {
        began = time;
        return this;
    }

    /** What the page for Prometheus tells after the proxy's own metrics; before deployment. */
    public Proxy platform(MetricsSource metrics) {
        platform = metrics;
        return this;
    }

    /** Comes to its end when listeners and clusters were received for the first time and every listener is bound. */
    public Future<Void> ready() {
        return ready.future();
    }

    /** Envoy's state word. */
    public AdminSource.State state() {
        return state;
    }

    /** How listeners are doing. */
    public List<ListenerStatus> listeners() {
        DataPath path = dataPath;
        return path == null ? List.of() : path.listeners().status();
    }

    /** The configuration in force. */
    public ProxySnapshot snapshot() {
        DataPath path = dataPath;
        return path == null ? ProxySnapshot.EMPTY : path.active();
    }

    @Override
    public Future<?> start() {
        DataPath path = new DataPath(vertx, bootstrap.node(), bootstrap.listenerSettings(), standardOut);
        dataPath = path;
        ProxyAdmin told = new ProxyAdmin(this, path, bootstrap, Instant.now());
        AdminServer server = new AdminServer(vertx, told, path.clusters());
        admin = server;
        spanTimer = vertx.setPeriodic(SPAN_FLUSH_MILLIS, _ -> path.telemetry().flushSpans());
        ProxyBootstrap.OwnAddresses own = bootstrap.own();
        return server.start(own.admin(), own.stats(), own.readiness())
                .compose(_ -> startAgent(told.agent(server, onLeave), bootstrap.agent()))
                .compose(_ -> path.answerDns(vertx, bootstrap.dns()))
                .compose(_ -> begin());
    }

    private Future<Void> startAgent(AgentSource told, @Nullable AgentSettings settings) {
        if (settings == null) {
            return Future.succeededFuture();
        }
        AgentServer server = new AgentServer(vertx, settings, told);
        agent = server;
        return server.start();
    }

    private Future<Void> begin() {
        state = AdminSource.State.INITIALIZING;
        SnapshotAssembler assembler = new SnapshotAssembler(bootstrap.resources());
        ProxyBootstrap.Discovery discovery = bootstrap.discovery();
        return discovery.isNone() ? beginStatic(assembler) : beginDynamic(assembler, discovery.identity());
    }

    private Future<Void> beginStatic(SnapshotAssembler assembler) {
        ProxySnapshot snapshot = assembler.assemble();
        List<String> waiting = assembler.waiting();
        if (snapshot == null || !waiting.isEmpty()) {
            return Future.failedFuture(
                    new IllegalStateException(String.join("; ", waiting) + ", and there is no control plane"));
        }
        return put(snapshot).compose(statuses -> {
            String failures = ListenerStatus.failures(statuses);
            return failures.isEmpty() ? live() : Future.failedFuture(new IllegalStateException(failures));
        });
    }

    private Future<Void> beginDynamic(SnapshotAssembler assembler, @Nullable IdentitySettings own) {
        SnapshotSource together = new SnapshotSource(vertx, assembler, this::apply, InstantSource.system());
        source = together;
        XdsSettings settings = settings();
        DnsServer dns = Objects.requireNonNull(dataPath).dns();
        AdsClient ads = new AdsClient(
                vertx,
                settings,
                ResourceDecoder.lenient(path -> Files.readAllBytes(Path.of(path))),
                together,
                dns == null ? null : dns::apply);
        client = ads;
        Surroundings around = Surroundings.of(vertx, InstantSource.system(), new SplittableRandom());
        files = new FileSecrets(around, together::secret, together::absentSecret);
        List<SecretSource> sources = new ArrayList<>(List.of(files));
        if (own != null) {
            identity = identity(own, around, together);
            sources.add(identity);
        }
        SecretSources secrets = new SecretSources(sources, together::absentSecret);
        Set<String> servers = settings.sds().keySet();
        together.follow(references -> secrets.want(references.secretsBeyond(servers)));
        together.start();
        if (identity != null) {
            identity.start();
        }
        ads.start().compose(_ -> applied).onSuccess(_ -> live());
        return Future.succeededFuture();
    }

    private WorkloadIdentity identity(IdentitySettings own, Surroundings around, SnapshotSource together) {
        MeshRoots roots = new MeshRoots("the mesh's roots", own.roots(), around);
        return new WorkloadIdentity(
                own, GrpcCertificateAuthority.of(vertx, own.ca(), roots, around), roots, around, published(together));
    }

    private Consumer<Secret> published(SnapshotSource together) {
        Consumer<Secret> listener = onSecret;
        if (listener == null) {
            return together::secret;
        }
        return secret -> {
            together.secret(secret);
            vertx.executeBlocking(() -> {
                        listener.accept(secret);
                        return null;
                    })
                    .onFailure(error -> LOG.error("{} can't be told on", secret.name(), error));
        };
    }

    private XdsSettings settings() {
        ControlPlane plane = bootstrap.discovery().ads();
        XdsTarget target = plane == null ? null : XdsTargets.of(plane);
        Map<String, XdsSettings.SdsTarget> sds = new HashMap<>();
        bootstrap
                .discovery()
                .sds()
                .forEach((name, server) ->
                        sds.put(name, new XdsSettings.SdsTarget(XdsTargets.of(server), server.delta())));
        return new XdsSettings(
                bootstrap.node(),
                target,
                plane != null && plane.delta(),
                sds,
                RETRY_BASE,
                RETRY_MOST,
                new SplittableRandom(),
                InstantSource.system());
    }

    private Future<Map<String, String>> apply(ProxySnapshot snapshot) {
        return put(snapshot).map(ListenerStatus::unbound);
    }

    /** Applies snapshots one after the other, away from the event loops that carry requests. */
    private synchronized Future<List<ListenerStatus>> put(ProxySnapshot snapshot) {
        DataPath path = java.util.Objects.requireNonNull(dataPath);
        applied = applied.transform(_ -> vertx.executeBlocking(() -> path.apply(snapshot)))
                .compose(bound -> bound)
                .onFailure(error -> LOG.error("snapshot {} could not be applied", snapshot.version(), error));
        return applied;
    }

    private Future<Void> live() {
        if (state != AdminSource.State.DRAINING) {
            state = AdminSource.State.LIVE;
            startup = Duration.between(began, Instant.now());
            ready.tryComplete();
            LOG.info(
                    "{} is live with {} listeners",
                    bootstrap.node().id(),
                    listeners().size());
        }
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        state = AdminSource.State.DRAINING;
        vertx.cancelTimer(spanTimer);
        if (files != null) {
            files.close();
        }
        DataPath path = dataPath;
        Future<Void> drained = path == null
                ? Future.succeededFuture()
                : path.drain(bootstrap.drain().atStop());
        return drained.eventually(() -> client == null ? Future.succeededFuture() : client.close())
                .eventually(() -> source == null ? Future.succeededFuture() : source.close())
                .eventually(() -> identity == null ? Future.succeededFuture() : identity.close())
                .eventually(() -> path == null ? Future.succeededFuture() : path.stopDns())
                .eventually(() -> admin == null ? Future.succeededFuture() : admin.stop())
                .eventually(() -> agent == null ? Future.succeededFuture() : agent.stop())
                .eventually(() -> path == null
                        ? Future.succeededFuture()
                        : vertx.executeBlocking(() -> {
                            path.close();
                            return null;
                        }));
    }

    /** For the admin interface; as in Envoy, the proxy stays live. */
    void drainListeners(boolean inboundOnly) {
        DataPath path = dataPath;
        if (path != null && inboundOnly) {
            path.listeners().drainInbound();
        } else if (path != null) {
            path.drain(bootstrap.drain().atStop());
        }
    }

    /**
     * Asks clients to go elsewhere, while everything goes on being served: those of a sidecar's application, all of a gateway's. The proxy stays live. Any thread.
     */
    public void leave() {
        DataPath path = dataPath;
        if (path != null) {
            path.listeners().leave(!bootstrap.node().id().startsWith("router~"));
        }
    }

    /** Connections of clients that are open now. Any thread. */
    public int openConnections() {
        DataPath path = dataPath;
        return path == null ? 0 : path.listeners().openConnections();
    }

    List<String> waiting() {
        SnapshotSource together = source;
        return together == null ? List.of() : together.waiting();
    }

    Future<ConfigState> configState() {
        SnapshotSource together = source;
        return together == null ? Future.succeededFuture(ConfigState.EMPTY) : together.configState();
    }

    /** Runs something long on a worker, which gives a value. */
    <T> Future<T> work(Callable<T> task) {
        return vertx.executeBlocking(task).map(done -> Objects.requireNonNull(done));
    }

    void quit() {
        quit.run();
    }

    /** What Istio's agent would tell. */
    MetricsSource agentMetrics() {
        AdsClient ads = client;
        WorkloadIdentity own = identity;
        return new AgentMetrics(
                startup, ads == null ? null : ads.counts(), own == null ? null : own.counts(), InstantSource.system());
    }

    MetricsSource platform() {
        return platform;
    }

    long uptimeMillis() {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    /**
     * Why its configuration is not whole, in words: what was rejected, what waits for something, which server can't be reached. Empty when it
     * is, or while nothing is known. Any thread.
     */
    public List<String> holdUps() {
        AdsClient ads = client;
        return ads == null ? List.of() : ads.holdUps();
    }

    boolean connectedToControlPlane() {
        AdsClient ads = client;
        return ads != null && ads.connected();
    }

    Map<ResourceType, UpdateCounts> updates() {
        AdsClient ads = client;
        return ads == null ? Map.of() : ads.updates();
    }

    long rejectedResources() {
        AdsClient ads = client;
        return ads == null ? 0 : ads.rejectedCount();
    }
}
