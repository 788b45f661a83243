package dev.lateen.install;

import dev.lateen.api.metrics.MetricsSource;
import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.injection.ClusterInjector;
import dev.lateen.install.platform.PlatformMetrics;
import dev.lateen.install.run.RunBootstrap.Listen;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.config.InvalidConfigException;
import dev.lateen.istiod.debug.Readiness;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.webhook.WebhookPort;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "istiod",
        description = "Run the control plane alone, from a cluster or files or both, until SIGTERM.",
        mixinStandardHelpOptions = true)
final class IstiodCommand implements Callable<Integer> {
    /** More than a cluster is read for. */
    private static final long PATIENCE_SECONDS = 330;

    private static final long END_SECONDS = 60;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "PATH",
            description = "A file or directory of Kubernetes and Istio YAML, watched; may be repeated. Beside a cluster"
                    + " its objects give way to the cluster's.")
    private List<Path> config = new ArrayList<>();

    @Option(
            names = "--meshConfig",
            paramLabel = "FILE",
            description =
                    "Mesh config as in Istio's ConfigMap (default: the cluster's ConfigMap istio or istio-REVISION,"
                            + " or Istio's defaults).")
    private @Nullable Path meshConfig;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = ".lateen",
            description = "Where the root key and the token key are kept (default: ${DEFAULT-VALUE}).")
    private Path state = Path.of(".lateen");

    @Option(
            names = "--cacerts",
            paramLabel = "DIR",
            description = "A given authority, in the files of Istio's secret cacerts: ca-cert.pem, ca-key.pem,"
                    + " cert-chain.pem, root-cert.pem (default: one of its own in --state).")
    private @Nullable Path authority;

    @Option(
            names = "--httpAddr",
            paramLabel = "ADDR",
            description = "Readiness and debug pages once more (default: none).")
    private @Nullable String http;

    @Option(
            names = "--httpsAddr",
            paramLabel = "ADDR",
            description = "What an API server asks, TLS: /inject and /validate (default: none).")
    private @Nullable String https;

    @Mixin
    private ClusterOptions clusterOptions = new ClusterOptions();

    @Mixin
    private IstiodAddresses addresses = new IstiodAddresses();

    @Override
    public Integer call() throws InterruptedException {
        LoggingBootstrap.console(Level.INFO);
        IstiodBootstrap bootstrap = bootstrap();
        return new OrderedEnd().run(stop -> serve(bootstrap, stop));
    }

    private IstiodBootstrap bootstrap() {
        ClusterBootstrap cluster = clusterOptions.cluster();
        if (cluster == null && config.isEmpty()) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "nothing to follow: no --config, no --kubeconfig, and this is no container of a cluster"
                            + " (expected: one of them)");
        }
        try {
            return IstiodBootstrap.onLoopback(config, state)
                    .withMeshConfig(meshConfig)
                    .withCluster(cluster)
                    .withAuthority(authority)
                    .withAddresses(
                            address(addresses.grpc()),
                            address(addresses.secureGrpc()),
                            http == null ? null : address(ListenOption.parse("--httpAddr", http)),
                            address(addresses.monitoring()));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
        }
    }

    /** What an API server asks: of objects by istiod itself, of pods by the injector, if there is one. */
    private @Nullable WebhookPort webhooks(Vertx vertx, @Nullable ClusterInjector injector) {
        return https == null
                ? null
                : new WebhookPort(address(ListenOption.parse("--httpsAddr", https)), router -> {
                    if (injector != null) {
                        injector.serveOn(vertx, router);
                    }
                });
    }

    private @Nullable ClusterInjector injector(Vertx vertx, AtomicReference<@Nullable Istiod> started) {
        ClusterBootstrap cluster = clusterOptions.cluster();
        if (cluster == null || https == null) {
            return null;
        }
        try {
            return ClusterInjector.open(vertx, cluster, () -> {
                Istiod istiod = started.get();
                return istiod == null ? null : istiod.snapshot();
            });
        } catch (IOException e) {
            vertx.close();
            throw failure(e);
        }
    }

    private static ListenAddress address(Listen listen) {
        return new ListenAddress(listen.flag(), listen.host(), listen.port());
    }

    private void serve(IstiodBootstrap bootstrap, CountDownLatch stop) throws InterruptedException {
        try (PlatformMetrics platform = new PlatformMetrics()) {
            serve(platform.vertx(new VertxOptions()), bootstrap, platform, stop);
        }
    }

    private void serve(Vertx vertx, IstiodBootstrap bootstrap, MetricsSource platform, CountDownLatch stop)
            throws InterruptedException {
        AtomicReference<@Nullable Istiod> started = new AtomicReference<>();
        ClusterInjector injector = injector(vertx, started);
        Istiod istiod = new Istiod(
                bootstrap,
                new Istiod.Surroundings(
                        new IstiodLog(), new Readiness(), platform, List.of(), webhooks(vertx, injector)));
        started.set(istiod);
        try {
            String id = vertx.deployVerticle(istiod)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            spec.commandLine()
                    .getOut()
                    .println("istiod serves on " + bootstrap.grpc() + ", " + bootstrap.secureGrpc() + " (TLS) and "
                            + bootstrap.monitoring());
            stop.await();
            vertx.undeploy(id).toCompletionStage().toCompletableFuture().get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new CommandFailure(CommandFailure.FAILED, "istiod did not start or end in time");
        } finally {
            if (injector != null) {
                injector.close();
            }
            vertx.close();
        }
    }

    private static CommandFailure failure(Throwable cause) {
        if (cause instanceof InvalidConfigException invalid) {
            return new CommandFailure(CommandFailure.BAD_INPUT, "the config is not good:\n" + invalid.getMessage());
        }
        // The message of the file system's own exceptions is but the path.
        boolean bare = cause instanceof FileSystemException file && file.getReason() == null;
        return new CommandFailure(
                CommandFailure.FAILED,
                "istiod can't start: "
                        + (bare ? cause.getMessage() + ": " + reason(cause) : String.valueOf(cause.getMessage())));
    }

    private static String reason(Throwable cause) {
        return switch (cause) {
            case NoSuchFileException _ -> "no such file or directory, and it can't be made";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "is a file, not a directory";
            default -> cause.getClass().getSimpleName();
        };
    }
}
