package dev.lateen.install.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mesh whose control plane and proxies are told what to do and do nothing; pods, apps, files and the table are real. */
class MeshRunTest {
    @TempDir
    Path dir;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch up = new CountDownLatch(1);
    private final FakeRoles roles = new FakeRoles();
    private final List<Thread> started = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() throws InterruptedException {
        stop.countDown();
        for (Thread thread : started) {
            thread.join(Duration.ofSeconds(20));
        }
    }

    @Test
    void theTableNamesEveryComponentWithAddressAndState() throws Exception {
        write("a.yaml", Yaml.deployment("details-v1", 1, "x/examples-bookinfo-details-v1:1"));
        write("b.yaml", Yaml.deployment("db", 1, "redis"));
        startMesh();
        assertThat(lines).anyMatch(line -> line.matches("istiod +127.0.0.1:\\d+ +serves"));
        assertThat(lines)
                .anyMatch(line -> line.matches("istio-ingressgateway-\\S+\\.istio-system +127.0.0.1 +in sync"));
        assertThat(lines).anyMatch(line -> line.matches("details-v1-\\S+\\.default +127.91.0.3 +in sync; details-v1"));
        assertThat(lines).anyMatch(line -> line.startsWith("db-") && line.contains("no stand-in for image redis"));
        assertThat(roles.ready.getAsBoolean()).isTrue();
    }

    @Test
    void standInsAnswerBehindTheirSidecars() throws Exception {
        write("a.yaml", Yaml.deployment("details-v1", 1, "x/examples-bookinfo-details-v1:1"));
        startMesh();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.92.0.3:9080/details/0"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("William Shakespeare");
        }
    }

    @Test
    void theControlPlaneIsToldThePodsAndTheGatewaysServices() throws Exception {
        write("a.yaml", Yaml.deployment("details-v1", 1, "x/examples-bookinfo-details-v1:1"));
        startMesh();
        Manifests generated = new ManifestReader().read(List.of(dir.resolve("state/generated")));
        assertThat(generated.problems()).isEmpty();
        assertThat(generated.of(Pod.class))
                .filteredOn(pod -> pod.getMetadata().getNamespace().equals("default"))
                .singleElement()
                .satisfies(pod -> {
                    assertThat(pod.getStatus().getPodIP()).isEqualTo("127.91.0.3");
                    assertThat(pod.getMetadata().getLabels()).containsEntry("security.istio.io/tlsMode", "istio");
                });
        assertThat(generated.of(Pod.class))
                .filteredOn(pod -> pod.getMetadata().getNamespace().equals("istio-system"))
                .hasSize(2)
                .noneMatch(pod -> pod.getMetadata().getLabels().containsKey("security.istio.io/tlsMode"));
        assertThat(generated.of(Service.class)).hasSize(2);
    }

    @Test
    void editsAreFollowedWhileItRuns() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "redis"));
        startMesh();
        write("b.yaml", Yaml.deployment("two", 1, "redis"));
        await().until(() -> roles.proxies.stream().anyMatch(id -> id.contains("~two-")));
        Files.delete(dir.resolve("config/a.yaml"));
        await().until(() -> roles.proxies.stream().noneMatch(id -> id.contains("~one-")));
        await().until(() ->
                !Files.readString(dir.resolve("state/generated/pods.yaml")).contains("one-"));
        write("b.yaml", "{ not yaml");
        write("c.yaml", Yaml.deployment("three", 1, "redis"));
        await().until(() -> roles.proxies.stream().anyMatch(id -> id.contains("~three-")));
        assertThat(roles.proxies).anyMatch(id -> id.contains("~two-"));
    }

    @Test
    void badConfigIsRefusedWithAllItsProblems() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "x").replace("replicas", "replica"));
        write("b.yaml", "{ not yaml");
        assertThatThrownBy(() -> mesh().run(up::countDown))
                .isInstanceOfSatisfying(
                        CommandFailure.class,
                        failure -> assertThat(failure.exitCode()).isEqualTo(2))
                .hasMessageContaining("2 problems")
                .hasMessageContaining("spec.replica")
                .hasMessageContaining("b.yaml");
    }

    @Test
    void aTakenPortIsOneSentenceWithTheFlag() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "x"));
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Integer> ports = new ArrayList<>(freePorts(3));
            ports.addFirst(taken.getLocalPort());
            assertThatThrownBy(() -> mesh(ports, dir.resolve("state")).run(up::countDown))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessage("port " + taken.getLocalPort()
                            + " of 127.0.0.1 is in use (perhaps by another mesh); choose another with --grpcAddr");
        }
    }

    @Test
    void whenItEndsEverythingIsStopped() throws Exception {
        write("a.yaml", Yaml.deployment("one", 2, "x"));
        startMesh();
        assertThat(roles.proxies).hasSize(4);
        stop.countDown();
        started.getFirst().join(Duration.ofSeconds(20));
        assertThat(roles.proxies).isEmpty();
        assertThat(roles.stopped).isTrue();
    }

    @Test
    void aNewPodIsSentNothingBeforeItsProxyListens() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "x/examples-bookinfo-details-v1:1"));
        startMesh();
        roles.unready.add("~two-");
        write("b.yaml", Yaml.deployment("two", 1, "x/examples-bookinfo-details-v1:1"));
        await().until(() -> generated().contains("two-"));
        assertThat(readyPods()).anyMatch(name -> name.startsWith("one-")).noneMatch(name -> name.startsWith("two-"));
        roles.unready.clear();
        await().until(() -> readyPods().stream().anyMatch(name -> name.startsWith("two-")));
    }

    @Test
    void theOldVersionServesWhileTheNewOneIsNotReady() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "x/examples-bookinfo-details-v1:1"));
        startMesh();
        write("a.yaml", Yaml.deployment("one", 1, "redis"));
        await().until(() -> lines.stream().anyMatch(line -> line.matches("kept default/one-\\S+: it serves until .*")));
        assertThat(readyPods()).anyMatch(name -> name.startsWith("one-"));
        write("a.yaml", Yaml.deployment("one", 1, "x/examples-bookinfo-details-v1:2"));
        await().until(() -> lines.stream()
                        .filter(line -> line.startsWith("stopped default/one-"))
                        .count()
                == 2);
        assertThat(readyPods().stream().filter(name -> name.startsWith("one-"))).hasSize(1);
    }

    @Test
    void aBadFileIsToldOnceAndHoldsUpNoOther() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "redis"));
        startMesh();
        write("a.yaml", Yaml.deployment("one", 1, "redis").replace("replicas", "replica"));
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("not taken: ")));
        write("b.yaml", Yaml.deployment("two", 1, "redis"));
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("started default/two-")));
        assertThat(lines).filteredOn(line -> line.startsWith("not taken: ")).hasSize(1);
        assertThat(roles.proxies).anyMatch(id -> id.contains("~one-"));
    }

    @Test
    void aStateDirectoryThatCantBeWrittenIsToldOnceAndEndsNothing() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "x/examples-bookinfo-details-v1:1"));
        startMesh();
        Path state = dir.resolve("state/generated");
        Files.move(state, dir.resolve("away"));
        Files.createFile(state);
        write("b.yaml", Yaml.deployment("two", 1, "x/examples-bookinfo-details-v1:1"));
        await().until(() -> roles.proxies.stream().anyMatch(id -> id.contains("~two-")));
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("started default/two-")));
        Files.delete(state);
        await().until(() -> lines.contains("the copy of what the control plane knows is written again"));
        assertThat(roles.told)
                .anySatisfy(object -> assertThat(object.key().name()).startsWith("two-"));
        assertThat(lines)
                .filteredOn(line -> line.contains("generated can't be written: "))
                .hasSize(1);
    }

    @Test
    void aFileThatCantBeReadIsNotTakenAsGone() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "redis"));
        startMesh();
        Files.write(dir.resolve("config/a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
        write("b.yaml", Yaml.deployment("two", 1, "redis"));
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("started default/two-")));
        assertThat(roles.proxies).anyMatch(id -> id.contains("~one-"));
    }

    @Test
    void pipesAndLoopsAmongTheFilesHoldNothingUp() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "redis"));
        Path config = dir.resolve("config");
        new ProcessBuilder("mkfifo", config.resolve("pipe.yaml").toString())
                .start()
                .waitFor();
        Files.createSymbolicLink(config.resolve("loop"), config);
        Files.createSymbolicLink(config.resolve("nowhere.yaml"), config.resolve("gone.yaml"));
        startMesh();
        write("b.yaml", Yaml.deployment("two", 1, "redis"));
        await().until(() -> roles.proxies.stream().anyMatch(id -> id.contains("~two-")));
        assertThat(roles.proxies).filteredOn(id -> id.contains("~one-")).hasSize(1);
    }

    @Test
    void aPodThatCantBeStartedIsTriedAgainAndHoldsUpNoOther() throws Exception {
        write("a.yaml", Yaml.deployment("one", 1, "redis"));
        startMesh();
        roles.failing.add("~two-");
        write("b.yaml", Yaml.deployment("two", 1, "redis") + "---\n" + Yaml.deployment("three", 1, "redis"));
        await().until(() ->
                lines.stream().anyMatch(line -> line.matches("default/two-\\S+ can't be started: no room")));
        assertThat(roles.proxies).anyMatch(id -> id.contains("~three-")).noneMatch(id -> id.contains("~two-"));
        roles.failing.clear();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> roles.proxies.stream().anyMatch(id -> id.contains("~two-")));
    }

    @Test
    void theStateIsNotKeptAmongTheFilesThatAreRead() throws Exception {
        write("state/x.yaml", Yaml.deployment("one", 1, "redis"));
        assertThatThrownBy(() -> mesh(freePorts(4), dir.resolve("config/state")).run(up::countDown))
                .isInstanceOf(CommandFailure.class)
                .hasMessageMatching("--state: \\S+/config/state is within \\S+/config, .*");
    }

    @Test
    void whatAProxyCannotBuildIsToldOnceForAllPodsThatHaveIt() throws Exception {
        write("a.yaml", Yaml.deployment("one", 2, "redis"));
        startMesh();
        roles.gaps = List.of("listener l: filter_chains[0]: wasm denies: can't be built");
        await().until(() -> lines.stream().anyMatch(line -> line.endsWith(roles.gaps.getFirst())));
        write("b.yaml", Yaml.deployment("two", 1, "redis"));
        await().until(() -> lines.stream().anyMatch(line -> line.startsWith("started default/two-")));
        assertThat(lines)
                .filteredOn(line -> line.endsWith(roles.gaps.getFirst()))
                .hasSize(1);
    }

    private String generated() throws IOException {
        return Files.readString(dir.resolve("state/generated/pods.yaml"));
    }

    /** The names of the pods that the control plane is told to be ready. */
    private List<String> readyPods() {
        return new ManifestReader()
                .read(List.of(dir.resolve("state/generated")))
                .of(Pod.class)
                .filter(pod ->
                        pod.getStatus().getConditions().getFirst().getStatus().equals("True"))
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private void startMesh() throws Exception {
        MeshRun mesh = mesh();
        var failure = new AtomicReference<Throwable>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                mesh.run(up::countDown);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failure.set(e);
                up.countDown();
            }
        });
        started.add(thread);
        up.await();
        assertThat(failure.get()).isNull();
    }

    private MeshRun mesh() throws IOException {
        return mesh(freePorts(4), dir.resolve("state"));
    }

    private MeshRun mesh(List<Integer> ports, Path state) throws IOException {
        var addresses = new RunBootstrap.Addresses(
                listen("--grpcAddr", ports.get(0)),
                listen("--secureGRPCAddr", ports.get(1)),
                listen("--monitoringAddr", ports.get(2)),
                listen("--httpsAddr", ports.get(3)));
        var bootstrap = new RunBootstrap(
                List.of(Files.createDirectories(dir.resolve("config"))),
                null,
                OptionalInt.empty(),
                state,
                Optional.empty(),
                addresses,
                "127.91",
                "127.92");
        return new MeshRun(bootstrap, (given, vertx, log) -> roles, new Lines(), stop);
    }

    private static RunBootstrap.Listen listen(String flag, int port) {
        return new RunBootstrap.Listen(flag, "127.0.0.1", port);
    }

    /** All held at once: the port of a socket that is closed may be the next one's. */
    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private void write(String name, String text) throws IOException {
        Path file = dir.resolve("config").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private final class Lines implements MeshLog {
        @Override
        public void progress(String line) {}

        @Override
        public void line(String line) {
            lines.add(line);
        }
    }
}
