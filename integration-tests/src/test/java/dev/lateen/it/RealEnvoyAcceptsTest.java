package dev.lateen.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.input.ConfigChange;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.model.ProxyNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever of Istio's own config files our istiod loads, stock Envoys accept, as sidecar and as gateway, in both variants of the protocol. */
class RealEnvoyAcceptsTest {
    private static final List<String> FOLDERS = List.of("istio/samples", "istio/config", "istio/valid");

    @TempDir
    Path directory;

    private @Nullable Path last;
    private int edits;

    private Path config() {
        return directory.resolve("config");
    }

    /** What istiod told. */
    private static final class Told implements IstiodEvents {
        private final AtomicInteger counts = new AtomicInteger();
        private final Queue<Problem> errors = new ConcurrentLinkedQueue<>();
        private final Queue<String> rejections = new ConcurrentLinkedQueue<>();

        @Override
        public void changed(ConfigChange change) {
            if (change.resources().stream()
                    .anyMatch(each -> each.resource().name().equals("count"))) {
                counts.incrementAndGet();
            }
        }

        @Override
        public void problems(List<Problem> problems) {
            problems.stream().filter(Problem::isError).forEach(errors::add);
        }

        @Override
        public void rejected(ProxyNode node, String typeUrl, int code, String reason) {
            rejections.add(node.id() + " " + typeUrl + ": " + reason);
        }
    }

    private static MeshNode sidecar(String name, String ip, String namespace, String app) {
        return new MeshNode(
                "sidecar",
                ip,
                name,
                namespace,
                "default",
                Map.of("app", app, "version", "v1"),
                Map.of("WORKLOAD_NAME", name));
    }

    private static MeshNode router(String name, String ip) {
        return new MeshNode(
                "router",
                ip,
                name,
                "istio-system",
                "istio-ingressgateway",
                Map.of("app", "istio-ingressgateway", "istio", "ingressgateway"),
                Map.of("WORKLOAD_NAME", "istio-ingressgateway", "LATEEN_BIND_ADDRESS", ip));
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : FOLDERS) {
            try (Stream<Path> listed = Files.walk(Project.shared(folder))) {
                for (Path file : listed.filter(f -> f.toString().endsWith(".yaml"))
                        .sorted()
                        .toList()) {
                    String text = Files.readString(file);
                    // Istio's installer, values of templates and a web API hold no resources of a mesh.
                    boolean foreign = text.contains("{{")
                            || text.contains("kind: IstioOperator")
                            || !text.contains("apiVersion:");
                    if (!foreign) {
                        files.add(file);
                    }
                }
            }
        }
        assertThat(files).hasSizeGreaterThan(150);
        return files;
    }

    private Istiod istiod(Vertx vertx, Told told) throws IOException {
        Files.createDirectories(config());
        Files.copy(Project.bookinfo("platform/kube/bookinfo.yaml"), config().resolve("bookinfo.yaml"));
        try (InputStream in = RealEnvoyAcceptsTest.class.getResourceAsStream("/envoy/neighbours.yaml")) {
            Files.copy(in, config().resolve("neighbours.yaml"));
        }
        // Ports that nobody else on this machine has.
        Path mesh = Files.writeString(
                directory.resolve("mesh.yaml"),
                "proxyListenPort: " + Ports.free() + "\nproxyInboundListenPort: " + Ports.free() + "\n");
        ListenAddress free = new ListenAddress("test", "127.0.0.1", 0);
        return Async.deployed(
                vertx,
                new Istiod(
                        IstiodBootstrap.onLoopback(List.of(config()), directory.resolve("state"))
                                .withAddresses(free, free, null, free)
                                .withMeshConfig(mesh),
                        Istiod.Surroundings.of(told)));
    }

    @Test
    void nothingOfIstiosOwnFilesIsRejected() throws Exception {
        Told told = new Told();
        Vertx vertx = Vertx.vertx();
        Istiod istiod = istiod(vertx, told);
        List<String> refused = new ArrayList<>();
        int applied = 0;
        try (RealEnvoy delta = start(
                        vertx,
                        istiod,
                        sidecar("productpage-v1-0", "127.3.8.1", "default", "productpage"),
                        "DELTA_GRPC");
                RealEnvoy whole =
                        start(vertx, istiod, sidecar("workload-0", "127.3.8.2", "testns", "workload"), "GRPC");
                RealEnvoy deltaGateway = start(vertx, istiod, router("gateway-0", "127.3.8.3"), "DELTA_GRPC");
                RealEnvoy wholeGateway = start(vertx, istiod, router("gateway-1", "127.3.8.4"), "GRPC")) {
            List<RealEnvoy> envoys = List.of(delta, whole, deltaGateway, wholeGateway);
            awaitInSync(istiod, told, envoys, "bookinfo.yaml", 1);
            for (Path file : files()) {
                if (apply(istiod, told, envoys, file, refused)) {
                    applied++;
                }
                if (file.endsWith("networking/bookinfo-gateway.yaml")) {
                    awaitListeners(deltaGateway, "_8080");
                    awaitListeners(wholeGateway, "_8080");
                }
            }
            awaitListeners(delta, "virtualOutbound", "virtualInbound");
            awaitListeners(whole, "virtualOutbound", "virtualInbound");
            envoys.forEach(RealEnvoy::awaitLive);
            envoys.forEach(RealEnvoy::assertNothingRejected);
            assertThat(told.rejections).isEmpty();
            assertThat(refused).as("files that istiod itself refuses").isEmpty();
            assertThat(applied).isGreaterThan(150);
        } finally {
            Async.done(vertx.close());
        }
    }

    private RealEnvoy start(Vertx vertx, Istiod istiod, MeshNode node, String apiType) throws IOException {
        return RealEnvoy.start(vertx, istiod, node, apiType, directory);
    }

    /** Puts a file in the place of the one before. @return whether istiod took it */
    private boolean apply(Istiod istiod, Told told, List<RealEnvoy> envoys, Path file, List<String> refused)
            throws IOException {
        long before = requireNonNull(istiod.snapshot()).version();
        told.errors.clear();
        Path edit = config().resolve("edit-" + ++edits + "-" + file.getFileName());
        Path temporary = Files.copy(file, directory.resolve("next.tmp"));
        if (last != null) {
            Files.deleteIfExists(last);
        }
        subsets(file);
        Files.move(temporary, edit, StandardCopyOption.ATOMIC_MOVE);
        last = edit;
        int counted = told.counts.get();
        // Last, since a file that says what is in force already is an edit, too.
        Files.writeString(
                config().resolve("count.yaml"),
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: count}, data: {edits: \"" + edits + "\"}}\n");
        Awaitility.await(file.toString())
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> told.counts.get() > counted || !told.errors.isEmpty());
        if (!told.errors.isEmpty()) {
            refused.add(file.getFileName() + ": " + told.errors);
            return false;
        }
        awaitInSync(istiod, told, envoys, file.getFileName().toString(), before + 1);
        return true;
    }

    /** Bookinfo's routing files mean the subsets of one of them. */
    private void subsets(Path file) throws IOException {
        Path subsets = config().resolve("subsets.yaml");
        boolean wanted =
                file.toString().contains("bookinfo") && !Files.readString(file).contains("kind: DestinationRule");
        if (!wanted) {
            Files.deleteIfExists(subsets);
        } else if (!Files.exists(subsets)) {
            Files.copy(Project.bookinfo("networking/destination-rule-all.yaml"), subsets);
        }
    }

    private static void awaitListeners(RealEnvoy envoy, String... names) {
        Awaitility.await(envoy.node().name())
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(envoy.page("/listeners")).contains(names));
    }

    private static void awaitInSync(Istiod istiod, Told told, List<RealEnvoy> envoys, String what, long version) {
        Awaitility.await(what)
                .during(Duration.ofMillis(100))
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> {
                    assertThat(requireNonNull(istiod.snapshot()).version()).isGreaterThanOrEqualTo(version);
                    for (RealEnvoy envoy : envoys) {
                        assertThat(istiod.isInSync(envoy.node().id()) || !told.rejections.isEmpty())
                                .as("%s of %s%n%s", envoy.node().name(), istiod.proxies(), envoy.output())
                                .isTrue();
                    }
                });
    }
}
