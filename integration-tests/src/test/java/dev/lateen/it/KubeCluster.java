package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real API server with Istio's CRDs, one for all tests of a run: the one that {@code LATEEN_TEST_KUBECONFIG} leads to, or kubelab's, which ends with the run. Tests are
 * skipped only where there is neither and nothing says that none may be.
 */
final class KubeCluster {
    private static final String GIVEN = "LATEEN_TEST_KUBECONFIG";
    private static @Nullable KubeCluster shared;

    private final Path kubeconfig;
    private final KubernetesClient client;
    private final @Nullable Path lab;

    private KubeCluster(Path kubeconfig, @Nullable Path lab) {
        this.kubeconfig = kubeconfig;
        this.lab = lab;
        this.client = new KubernetesClientBuilder()
                .withConfig(curve(Config.fromKubeconfig(kubeconfig.toFile())))
                .build();
    }

    /** kubelab's keys are of curves, which the client doesn't see by itself. */
    private static Config curve(Config config) {
        return new ConfigBuilder(config)
                .withClientKeyAlgo(config.getClientKeyData() == null ? config.getClientKeyAlgo() : "EC")
                .build();
    }

    /** The cluster of this run. */
    static synchronized KubeCluster shared() throws Exception {
        KubeCluster known = shared;
        if (known == null) {
            known = start();
            known.install();
            shared = known;
        }
        return known;
    }

    private static KubeCluster start() throws Exception {
        String given = System.getenv(GIVEN);
        if (given != null && !given.isEmpty()) {
            return new KubeCluster(Path.of(given), null);
        }
        Path kubelab = Project.shared("kubelab/kubelab");
        boolean there = Files.isExecutable(kubelab);
        Assumptions.assumeTrue(there || Project.ci(), "no " + GIVEN + " and no kubelab");
        assertThat(there).as(kubelab + " or " + GIVEN).isTrue();
        String name = "lateen-it-" + ProcessHandle.current().pid();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(kubelab, name), "kubelab-down"));
        String printed = run(List.of(kubelab.toString(), "up", "--api-only", "--name", name));
        Path kubeconfig = Path.of(printed.lines()
                .filter(line -> line.startsWith("KUBECONFIG="))
                .findFirst()
                .orElseThrow(() -> new AssertionError(printed))
                .substring("KUBECONFIG=".length()));
        return new KubeCluster(kubeconfig, kubeconfig.getParent());
    }

    private static void end(Path kubelab, String name) {
        try {
            run(List.of(kubelab.toString(), "down", "--name", name));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its standard output. The binaries of kubelab are built by its first start on a machine, which takes some ten minutes. */
    private static String run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("kubelab", ".out");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(30, TimeUnit.MINUTES);
        String printed = Files.readString(out);
        Files.delete(out);
        assertThat(ended && process.exitValue() == 0)
                .as("%s: %s", command, printed)
                .isTrue();
        return printed;
    }

    /** Istio's CRDs, and the namespace of the control plane. */
    private void install() throws IOException {
        namespace("istio-system");
        try (var crds = Files.newInputStream(Project.shared("istio/crds/istio-1.31.yaml"))) {
            client.load(crds)
                    .items()
                    .forEach(crd -> client.resource(crd).forceConflicts().serverSideApply());
        }
        Awaitility.await("CRDs are served")
                .atMost(Patience.OF_A_START)
                .until(() -> client.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                        .filter(crd -> crd.getSpec().getGroup().endsWith(".istio.io"))
                        .allMatch(crd -> crd.getStatus() != null
                                && crd.getStatus().getConditions() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(c -> c.getType().equals("Established")
                                                && c.getStatus().equals("True"))));
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    KubernetesClient client() {
        return client;
    }

    /** Makes a namespace, if it isn't there. */
    void namespace(String name) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .serverSideApply();
    }

    /** Applies YAML as kubectl would, {@code status} of Kubernetes' kinds too. */
    void apply(String yaml) {
        client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items()
                .forEach(object -> client.resource(object).forceConflicts().serverSideApply());
    }

    /** Takes away what YAML names. */
    void delete(String yaml) {
        client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .delete();
    }

    /** A kubeconfig that leads to the same API server by another port of this machine. */
    Path kubeconfigBy(int port, Path file) throws IOException {
        String text = Files.readString(kubeconfig);
        return Files.writeString(
                file,
                text.replaceFirst("server: *\"?https://[^\",} \\n]+\"?", "server: \"https://127.0.0.1:" + port + "\""));
    }

    /** A kubeconfig of somebody else, by a token. */
    Path kubeconfigOf(String token, Path file) throws IOException {
        return write(
                client.getMasterUrl() + "\", certificate-authority-data: \""
                        + client.getConfiguration().getCaCertData(),
                token,
                file);
    }

    /** One that leads, in plain text, to somebody who stands before the API server. */
    static Path kubeconfig(String url, String token, Path file) throws IOException {
        return write(url, token, file);
    }

    private static Path write(String server, String token, Path file) throws IOException {
        return Files.writeString(file, """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "%s"}}]
            users: [{name: u, user: {token: "%s"}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x
            """.formatted(server, token));
    }

    /** A token of a service account, as a pod would have it. */
    String token(String namespace, String serviceAccount, String audience) {
        Awaitility.await(serviceAccount)
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> client.serviceAccounts()
                                .inNamespace(namespace)
                                .withName(serviceAccount)
                                .get()
                        != null);
        TokenRequest request = new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(3600L)
                .endSpec()
                .build();
        return client.serviceAccounts()
                .inNamespace(namespace)
                .withName(serviceAccount)
                .tokenRequest(request)
                .getStatus()
                .getToken();
    }

    /** The port on which the API server listens on this machine. */
    int port() {
        return client.getMasterUrl().getPort();
    }

    /** Whether it may be ended and started again. */
    boolean isOurs() {
        return lab != null;
    }

    /** A file of the cluster's own keys and certificates; null if it is somebody else's. */
    @Nullable
    Path key(String file) {
        return lab == null ? null : lab.resolve("pki").resolve(file);
    }

    /** Makes the store forget all versions but the present one: whoever follows an older one from a new API server hears 410. */
    void compact() throws Exception {
        String etcd = command(requireNonNull(lab)).stream()
                .filter(one -> one.startsWith("--etcd-servers="))
                .findFirst()
                .orElseThrow()
                .substring("--etcd-servers=".length());
        String now = ask(etcd + "/v3/kv/range", "{\"key\":\"AA==\"}");
        Matcher revision = Pattern.compile("\"revision\":\"([0-9]+)\"").matcher(now);
        assertThat(revision.find()).as(now).isTrue();
        ask(etcd + "/v3/kv/compaction", "{\"revision\":" + revision.group(1) + ",\"physical\":true}");
    }

    private static String ask(String url, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static List<String> command(Path lab) throws IOException {
        String pid = Files.readString(lab.resolve("pid/apiserver")).split(" ")[0];
        return List.of(Files.readString(Path.of("/proc", pid, "cmdline")).split("\0"));
    }

    /** Kills the API server, and starts it again with what it stored after something was done while it was away. It ends with the run. */
    void restart(Runnable meanwhile) throws Exception {
        Path run = requireNonNull(lab);
        Path pid = run.resolve("pid/apiserver");
        long number = Long.parseLong(Files.readString(pid).split(" ")[0]);
        List<String> command = command(run);
        ProcessHandle old = ProcessHandle.of(number).orElseThrow();
        old.destroyForcibly();
        old.onExit().get(1, TimeUnit.MINUTES);
        meanwhile.run();
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(run.resolve("log/apiserver-again.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly, "kube-apiserver-end"));
        started.getOutputStream().close();
        // As kubelab itself notes it: the number, and when it began.
        String stat = Files.readString(Path.of("/proc", "" + started.pid(), "stat"));
        Files.writeString(
                pid,
                started.pid() + " " + stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19] + "\n");
        Awaitility.await("the API server is back")
                .atMost(Patience.OF_A_START)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> client.raw("/readyz") != null);
    }
}
