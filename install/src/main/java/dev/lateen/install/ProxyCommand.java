package dev.lateen.install;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.platform.PlatformMetrics;
import dev.lateen.install.run.ProxyRole;
import dev.lateen.proxy.Proxy;
import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.bootstrap.EnvoyBootstrap;
import dev.lateen.proxy.xds.proto.ConfigException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "proxy",
        description =
                "Run one proxy from an Envoy bootstrap file, until SIGTERM; then it drains. The variable PROXY_CONFIG"
                        + " may hold start-up settings, as the injector passes them.",
        mixinStandardHelpOptions = true)
final class ProxyCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyCommand.class);
    private static final long START_SECONDS = 60;

    @Option(
            names = {"-c", "--config-path"},
            required = true,
            paramLabel = "FILE",
            description = "Envoy's bootstrap: YAML or JSON.")
    private Path file = Path.of("");

    @Option(
            names = {"-l", "--log-level"},
            defaultValue = "info",
            paramLabel = "LEVEL",
            description = "trace, debug, info, warning, error, critical or off (default: ${DEFAULT-VALUE}).")
    private String level = "info";

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Event loops (default: what PROXY_CONFIG says, else one a CPU).")
    private @Nullable Integer concurrency;

    @Mixin
    private IdentityOptions identity = new IdentityOptions();

    private final PodBootstrap pod = PodBootstrap.ofProcess();

    /**
     * The command for its words, read without picocli as {@link PodProxyCommand#plain} is: loading it costs a start a fifth.
     *
     * @param words after {@code proxy}
     * @return null for whatever is not plainly right or rarely asked; picocli says what is wrong, or helps
     */
    static @Nullable ProxyCommand plain(List<String> words) {
        ProxyCommand command = new ProxyCommand();
        Set<String> given = new HashSet<>();
        for (int i = 0; i + 1 < words.size(); i += 2) {
            String value = words.get(i + 1);
            if (value.startsWith("-") || !command.take(words.get(i), value) || !given.add(words.get(i))) {
                return null;
            }
        }
        return words.size() % 2 == 0 && given.contains("-c") ? command : null;
    }

    private boolean take(String option, String value) {
        switch (option) {
            case "-c" -> file = Path.of(value);
            case "-l" -> level = value;
            case "--concurrency" -> {
                try {
                    concurrency = Integer.valueOf(value);
                } catch (NumberFormatException e) {
                    return false;
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public Integer call() throws InterruptedException {
        LoggingBootstrap.console(logLevel());
        ProxyBootstrap bootstrap = bootstrap();
        return new OrderedEnd().run(stop -> serve(bootstrap, pod.platformMetrics(), stop));
    }

    static VertxOptions options(ProxyBootstrap bootstrap) {
        int loops = bootstrap.concurrency() == 0 ? Runtime.getRuntime().availableProcessors() : bootstrap.concurrency();
        return new VertxOptions()
                .setEventLoopPoolSize(loops)
                .setPreferNativeTransport(true)
                // Nothing is read from the class path: no directory for it is made in /tmp.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    /** How a proxy lives from its start until it is to drain and to end. */
    @FunctionalInterface
    interface Life {
        /** Returns when it is to end. @param proxy deployed already */
        void await(Proxy proxy) throws InterruptedException;
    }

    /**
     * Serves until it is told to stop, drains and ends.
     *
     * @param platformMetrics what is said of {@link ProxyRole#PLATFORM_METRICS}; null if nothing
     */
    static void serve(ProxyBootstrap bootstrap, @Nullable String platformMetrics, CountDownLatch stop)
            throws InterruptedException {
        serve(bootstrap, platformMetrics, proxy -> proxy.onQuit(stop::countDown), _ -> stop.await());
    }

    /** Serves as long as it is to live, drains and ends. @param prepare does what there is to do before it starts */
    static void serve(ProxyBootstrap bootstrap, @Nullable String platformMetrics, Consumer<Proxy> prepare, Life life)
            throws InterruptedException {
        ProxyRole role = ProxyRole.of(bootstrap.node());
        if (!tellsPlatform(role, platformMetrics)) {
            Proxy proxy = proxy(role, bootstrap, prepare);
            serve(Vertx.vertx(options(bootstrap)), proxy, bootstrap, life);
            return;
        }
        try (PlatformMetrics platform = new PlatformMetrics()) {
            Proxy proxy = proxy(role, bootstrap, prepare).platform(platform);
            serve(platform.vertx(options(bootstrap)), proxy, bootstrap, life);
        }
    }

    private static Proxy proxy(ProxyRole role, ProxyBootstrap bootstrap, Consumer<Proxy> prepare) {
        Proxy proxy = role.verticle(bootstrap, new FileOutputStream(FileDescriptor.out));
        prepare.accept(proxy);
        return proxy;
    }

    private static boolean tellsPlatform(ProxyRole role, @Nullable String said) {
        try {
            return role.tellsPlatform(said);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
        }
    }

    private static void serve(Vertx vertx, Proxy proxy, ProxyBootstrap bootstrap, Life life)
            throws InterruptedException {
        if (!vertx.isNativeTransportEnabled()) {
            LOG.warn(
                    "no native transport, so where redirected connections were going to can't be known: {}",
                    String.valueOf(vertx.unavailableNativeTransportCause()));
        }
        try {
            String id = vertx.deployVerticle(proxy)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS, TimeUnit.SECONDS);
            life.await(proxy);
            long patience = bootstrap.drain().atStop().toSeconds() + 5;
            vertx.undeploy(id).toCompletionStage().toCompletableFuture().get(patience, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CommandFailure(CommandFailure.FAILED, "the proxy can't start: " + cause.getMessage());
        } catch (TimeoutException e) {
            throw new CommandFailure(CommandFailure.FAILED, "the proxy did not start or end in time");
        } finally {
            vertx.close();
        }
    }

    private ProxyBootstrap bootstrap() {
        try {
            ProxyBootstrap read = pod.addTo(EnvoyBootstrap.read(file));
            pod.withoutEffect().forEach(named -> LOG.warn("{}: {}", PodBootstrap.SETTINGS, named));
            ProxyBootstrap known = identity.addTo(read, pod.certificateLife());
            return concurrency == null ? known : known.withConcurrency(concurrency);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": no such file");
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, file + ": can't be read: " + IoReason.of(e));
        } catch (ConfigException | IllegalArgumentException e) {
            throw new CommandFailure(CommandFailure.BAD_INPUT, String.valueOf(e.getMessage()));
        }
    }

    private Level logLevel() {
        Level known = LoggingBootstrap.level(level);
        if (known == null) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "-l: " + level + " (expected: trace, debug, info, warning, error, critical or off)");
        }
        return known;
    }
}
