package dev.lateen.istiod.kubernetes.connection;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.vertx5.Vertx5HttpClientFactory;
import io.vertx.core.Vertx;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The connection to one cluster's API server. Safe from any thread; whoever calls it waits, so not from event loops. */
public final class ApiServer implements AutoCloseable {
    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
    /** The first of the waits before a lost watch is begun again; the sixth and all later ones are 32 times as long. */
    private static final int RECONNECT_MILLIS = 250;
    /** Whoever calls decides how long to try: the client's own tries would only delay what went wrong. */
    private static final int TRIES = 2;

    private static final int TIMEOUT_MILLIS = 10_000;
    private static final long PING_MILLIS = 15_000;
    /** How long sent bytes may stay without a word from the other side. */
    private static final int UNANSWERED_MILLIS = 30_000;

    private final String cluster;
    private final ExecutorService threads;
    private final KubernetesClient client;

    private ApiServer(String cluster, ExecutorService threads, KubernetesClient client) {
        this.cluster = cluster;
        this.threads = threads;
        this.client = client;
    }

    /**
     * Reaches out to the API server and asks its version.
     *
     * @throws IOException in one sentence, if the kubeconfig is no good, nobody answers, or the caller isn't known there
     */
    public static ApiServer connect(Vertx vertx, ClusterBootstrap bootstrap) throws IOException {
        Config config = config(bootstrap);
        ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("cluster-", 0).factory());
        ApiServer server = new ApiServer(bootstrap.id(), threads, client(vertx, config, threads));
        try {
            server.client.getKubernetesVersion();
            return server;
        } catch (KubernetesClientException e) {
            server.close();
            throw new IOException(server.sentence(e), e);
        }
    }

    private static KubernetesClient client(Vertx vertx, Config config, ExecutorService threads) throws IOException {
        try {
            return new KubernetesClientBuilder()
                    .withConfig(config)
                    .withHttpClientFactory(new WatchfulFactory(vertx))
                    .withTaskExecutor(threads)
                    .build();
        } catch (KubernetesClientException e) {
            threads.shutdownNow();
            throw new IOException(
                    "the credentials for the API server " + config.getMasterUrl() + " are no good: "
                            + reason(deepest(e)) + " (expected: certificates and keys in PEM)",
                    e);
        }
    }

    /** Finds a link that is dead without a word: nothing is sent on a watch in which nothing happens. */
    private static final class WatchfulFactory extends Vertx5HttpClientFactory {
        WatchfulFactory(Vertx vertx) {
            super(vertx);
        }

        @Override
        protected void additionalConfig(WebClientOptions web, WebSocketClientOptions watches, PoolOptions pool) {
            web.setTcpUserTimeout(UNANSWERED_MILLIS);
            watches.setTcpUserTimeout(UNANSWERED_MILLIS);
        }
    }

    private static Config config(ClusterBootstrap bootstrap) throws IOException {
        Config base = bootstrap.kubeconfig() == null ? ofPod() : ofFile(bootstrap.kubeconfig());
        return new ConfigBuilder(base)
                .withWatchReconnectInterval(RECONNECT_MILLIS)
                .withWatchReconnectLimit(-1)
                .withRequestRetryBackoffLimit(TRIES)
                .withRequestTimeout(TIMEOUT_MILLIS)
                .withConnectionTimeout(TIMEOUT_MILLIS)
                .withWebsocketPingInterval(PING_MILLIS)
                .withUserAgent("lateen-istiod")
                .build();
    }

    private static Config ofFile(Path kubeconfig) throws IOException {
        if (!Files.isReadable(kubeconfig)) {
            throw new IOException("--kubeconfig: " + kubeconfig + ": "
                    + (Files.exists(kubeconfig) ? "permission denied" : "no such file") + " (expected: a kubeconfig)");
        }
        try {
            Config config = Config.fromKubeconfig(kubeconfig.toFile());
            if (config.getCurrentContext() == null) {
                throw new IOException("--kubeconfig: " + kubeconfig
                        + ": no current context (expected: a kubeconfig whose current-context is there)");
            }
            return TokenFiles.followed(ClientKeys.withAlgorithm(config), kubeconfig);
        } catch (RuntimeException e) {
            throw new IOException(
                    "--kubeconfig: " + kubeconfig + ": no kubeconfig: " + reason(e) + " (expected: a kubeconfig)", e);
        }
    }

    /** As a container is given it. The token is read anew each time, for it is renewed under our feet. */
    private static Config ofPod() throws IOException {
        if (!ClusterBootstrap.isInCluster()) {
            throw new IOException("no cluster: this is no container of one (expected: --kubeconfig FILE)");
        }
        Path token = SERVICE_ACCOUNT.resolve("token");
        if (!Files.isReadable(token)) {
            throw new IOException(token + " can't be read (expected: the token of a service account, or --kubeconfig)");
        }
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(ClusterBootstrap.masterUrl())
                .withCaCertFile(SERVICE_ACCOUNT.resolve("ca.crt").toString())
                .withOauthTokenProvider(() -> TokenFiles.text(token))
                .build();
    }

    /** The client. */
    public KubernetesClient client() {
        return client;
    }

    /** The id of its cluster. */
    public String cluster() {
        return cluster;
    }

    /** What went wrong with a call, in one sentence that names the API server. */
    public String sentence(Throwable failure) {
        String server = "cluster " + cluster + ": the API server " + client.getMasterUrl();
        KubernetesClientException refused = refusal(failure);
        if (refused == null) {
            return server + " can't be reached: " + reason(deepest(failure));
        }
        return switch (refused.getCode()) {
            case 401 -> server + " doesn't know who calls (expected: a token or client certificate that it accepts)";
            case 403 -> server + " forbids it: " + reason(refused);
            default -> server + " answers " + refused.getCode() + ": " + reason(refused);
        };
    }

    /** The status of an answer; 0 if there was none. */
    public static int code(@Nullable Throwable failure) {
        KubernetesClientException refused = failure == null ? null : refusal(failure);
        return refused == null ? 0 : refused.getCode();
    }

    /** The answer that a failure stands for; null if none came. */
    private static @Nullable KubernetesClientException refusal(Throwable failure) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one instanceof KubernetesClientException refused && refused.getCode() > 0) {
                return refused;
            }
        }
        return null;
    }

    private static Throwable deepest(Throwable failure) {
        Throwable deep = failure;
        while (deep.getCause() != null) {
            deep = deep.getCause();
        }
        return deep;
    }

    private static String reason(Throwable failure) {
        if (failure instanceof KubernetesClientException refused && refused.getStatus() != null) {
            return String.valueOf(refused.getStatus().getMessage());
        }
        String message = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    @Override
    public void close() {
        client.close();
        threads.shutdownNow();
    }
}
