package dev.lateen.install.run;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.api.yaml.StartSettings;
import dev.lateen.injector.Injection;
import dev.lateen.injector.InjectionPolicy;
import dev.lateen.injector.InjectorWebhook;
import dev.lateen.injector.settings.SidecarSettings;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.ca.KeyPairAndChain;
import dev.lateen.istiod.config.MemorySource;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.model.MeshSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A real istiod, with the injector's webhook beside it, in this process. */
final class LiveControlPlane implements MeshControlPlane {
    private static final Duration TOKEN_TTL = Duration.ofHours(12);
    private static final Duration WEBHOOK_CERTIFICATE_TTL = Duration.ofDays(90);
    private static final long PATIENCE_SECONDS = 30;

    private final RunBootstrap bootstrap;
    private final Vertx vertx;
    private final MetricsSource platform;
    private final MeshLog log;
    private final StartLayers startLayers;
    private final MemorySource cluster = new MemorySource();
    private volatile @Nullable Istiod istiod;
    private volatile @Nullable InjectorWebhook webhook;

    /** @param platform metrics of the process, which istiod tells */
    LiveControlPlane(RunBootstrap bootstrap, Vertx vertx, MetricsSource platform, MeshLog log) {
        this.bootstrap = bootstrap;
        this.vertx = vertx;
        this.platform = platform;
        this.log = log;
        this.startLayers = new StartLayers(bootstrap.meshConfig(), this::snapshot);
    }

    @Override
    public void start(BooleanSupplier ready) throws InterruptedException {
        var events = new ConfigLog(log);
        var readiness = new Readiness();
        readiness.require("every sidecar in sync", ready);
        Istiod started =
                new Istiod(istiodBootstrap(), new Istiod.Surroundings(events, readiness, platform, List.of(cluster)));
        await(vertx.deployVerticle(started));
        istiod = started;
        InjectorWebhook beside = webhook(started);
        await(vertx.deployVerticle(beside));
        webhook = beside;
    }

    private IstiodBootstrap istiodBootstrap() {
        RunBootstrap.Addresses addresses = bootstrap.addresses();
        return IstiodBootstrap.onLoopback(bootstrap.paths(), bootstrap.state())
                .withMeshConfig(bootstrap.meshConfig())
                .withAddresses(
                        address(addresses.grpc()),
                        address(addresses.secureGrpc()),
                        null,
                        address(addresses.monitoring()));
    }

    private static ListenAddress address(RunBootstrap.Listen listen) {
        return new ListenAddress(listen.flag(), listen.host(), listen.port());
    }

    private InjectorWebhook webhook(Istiod started) {
        RunBootstrap.Listen https = bootstrap.addresses().https();
        KeyPairAndChain pair = started.authority()
                .issueServer(
                        List.of("istiod.istio-system.svc", "localhost"),
                        List.copyOf(address(https).addresses()),
                        WEBHOOK_CERTIFICATE_TTL);
        var certificate = new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(pair.keyPem()))
                .addCertValue(Buffer.buffer(pair.chainPem()));
        return new InjectorWebhook(
                new InetSocketAddress(https.host(), https.port()),
                certificate,
                new Injection(InjectionPolicy.enabled(), SidecarSettings.defaults(), startLayers::of));
    }

    /** What every proxy checks istiod's certificate against. */
    String rootPem() {
        return running().authority().rootPem();
    }

    /** What is said now of the start of a pod's proxy. */
    StartSettings startSettings(StartSettings.Pod pod) {
        return startLayers.of(pod);
    }

    private @Nullable MeshSnapshot snapshot() {
        Istiod now = istiod;
        return now == null ? null : now.snapshot();
    }

    @Override
    public void tell(List<ConfigObject> objects) {
        cluster.replace(objects);
    }

    @Override
    public String token(String namespace, String serviceAccount) {
        return running().tokens().mint(namespace, serviceAccount, TOKEN_TTL);
    }

    @Override
    public boolean knows(Map<String, Boolean> ready) {
        MeshSnapshot snapshot = snapshot();
        return snapshot != null
                && ready.entrySet().stream()
                        .allMatch(pod -> snapshot.registry().workloadsAt(pod.getKey()).stream()
                                .anyMatch(workload -> workload.ready() == pod.getValue()));
    }

    @Override
    public Set<String> inSync() {
        Istiod now = istiod;
        var snapshot = now == null ? null : now.snapshot();
        if (now == null || snapshot == null) {
            return Set.of();
        }
        return now.proxies().stream()
                .filter(proxy -> proxy.settledVersion() == snapshot.version())
                .filter(proxy -> proxy.types().stream().allMatch(type -> type.rejection() == null))
                .map(proxy -> proxy.node().id())
                .collect(Collectors.toSet());
    }

    @Override
    public void stop() throws InterruptedException {
        InjectorWebhook beside = webhook;
        if (beside != null) {
            await(vertx.undeploy(beside.deploymentID()));
        }
        Istiod now = istiod;
        if (now != null) {
            await(vertx.undeploy(now.deploymentID()));
        }
    }

    private Istiod running() {
        return Objects.requireNonNull(istiod, "istiod is not started yet");
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CommandFailure(CommandFailure.FAILED, "istiod can't start: " + cause.getMessage());
        } catch (TimeoutException e) {
            throw new CommandFailure(CommandFailure.FAILED, "istiod did not answer within " + PATIENCE_SECONDS + " s");
        }
    }
}
