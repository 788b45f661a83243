package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each role as a process of its own: istiod, and sidecars that were started with a bootstrap file and a token. */
class IstiodRestartTest {
    private static final String REVIEWS = "http://reviews:9080/reviews/0";
    private static final MeshNode PRODUCTPAGE = MeshNode.bookinfo("productpage", "127.5.1.1", "127.6.1.1");
    private static final MeshNode REVIEWS_POD = MeshNode.bookinfo("reviews", "127.5.1.2", "127.6.1.2");

    private static final String CONFIG = """
        apiVersion: v1
        kind: Service
        metadata: {name: reviews, namespace: default}
        spec:
          ports: [{port: 9080, name: http}]
          selector: {app: reviews}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: reviews-v1-0, namespace: default, labels: {app: reviews, version: v1, security.istio.io/tlsMode: istio}}
        spec:
          serviceAccountName: bookinfo-reviews
          containers: [{name: app, image: app, ports: [{containerPort: 9080}]}]
        status: {phase: Running, podIP: 127.5.1.2, conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        """;

    private static final String ABORT = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: default}
        spec:
          hosts: [reviews]
          http:
          - fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
            route: [{destination: {host: reviews}}]
        """;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable resource : open.reversed()) {
            resource.close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    /** @param grpc ports of 127.0.0.1, as the two after it */
    private record Ports3(int grpc, int secure, int monitoring) {
        static Ports3 free() throws IOException {
            return new Ports3(Ports.free(), Ports.free(), Ports.free());
        }
    }

    private Running istiod(Ports3 ports) throws IOException {
        Running istiod = closing(Running.meshctl(
                "istiod",
                "--config",
                directory.resolve("config"),
                "--state",
                directory.resolve("state"),
                "--grpcAddr",
                "127.0.0.1:" + ports.grpc,
                "--secureGRPCAddr",
                "127.0.0.1:" + ports.secure,
                "--monitoringAddr",
                "127.0.0.1:" + ports.monitoring));
        istiod.awaitOutput(Patience.OF_A_START, output -> output.contains("istiod serves on"));
        return istiod;
    }

    private void proxy(MeshNode node, Ports3 ports) throws Exception {
        int admin = Ports.free();
        Path token = directory.resolve(node.name() + ".token");
        Running mint = closing(Running.meshctl("token", node.serviceAccount(), "--state", directory.resolve("state")));
        assertThat(mint.awaitExit(Patience.OF_A_START)).as(mint.output()).isZero();
        Files.writeString(token, mint.output());
        Path bootstrap = directory.resolve(node.name() + ".yaml");
        Files.writeString(bootstrap, node.bootstrap("127.0.0.1", "127.0.0.1", admin, "DELTA_GRPC", ports.secure, 1));
        Running proxy = closing(Running.meshctl(
                "proxy",
                "-c",
                bootstrap,
                "--token",
                token,
                "--ca-root",
                directory.resolve("state/ca/root-cert.pem"),
                "--ca-addr",
                "127.0.0.1:" + ports.secure));
        try (Web web = Web.direct()) {
            proxy.awaitOutput(Patience.OF_A_START, _ -> web.status("http://127.0.0.1:" + admin + "/ready") == 200);
        }
    }

    /** Both are connected and have acknowledged all that they were sent. */
    private static void assertInSync(Web web, Ports3 ports) throws Exception {
        String page =
                web.get("http://127.0.0.1:" + ports.monitoring + "/debug/syncz").body();
        List<JsonNode> proxies = new ArrayList<>();
        JsonMapper.shared().readTree(page).forEach(proxies::add);
        assertThat(proxies)
                .as(page)
                .hasSize(2)
                .allMatch(proxy -> acknowledged(proxy, "cluster") && acknowledged(proxy, "listener"));
    }

    private static boolean acknowledged(JsonNode proxy, String type) {
        String sent = proxy.path(type + "_sent").asString("");
        return !sent.isEmpty() && sent.equals(proxy.path(type + "_acked").asString(""));
    }

    @Test
    void aKilledIstiodLosesNoRequestAndItsSuccessorSoonHasAllInSync() throws Exception {
        Ports3 ports = Ports3.free();
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(config.resolve("mesh.yaml"), CONFIG);
        closing(new EchoBackend("productpage", new InetSocketAddress("127.6.1.1", 9080)));
        closing(new EchoBackend("reviews", new InetSocketAddress("127.6.1.2", 9080)));
        Running first = istiod(ports);
        proxy(PRODUCTPAGE, ports);
        proxy(REVIEWS_POD, ports);
        Web user = closing(Web.through(PRODUCTPAGE.ip(), 15001));
        Awaitility.await().atMost(Patience.OF_A_CHANGE).until(() -> user.status(REVIEWS) == 200);
        assertThat(user.get(REVIEWS).body()).contains("By=" + REVIEWS_POD.spiffeId(), "URI=" + PRODUCTPAGE.spiffeId());

        try (Load load =
                new Load(4, Duration.ofMillis(20), () -> Web.through(PRODUCTPAGE.ip(), 15001), REVIEWS, _ -> {})) {
            awaitMore(load, 200);
            first.kill();
            awaitMore(load, 500);
            istiod(ports);
            Web direct = closing(Web.direct());
            // Five seconds are promised, and proxies try again after two of them at the latest; the rest is for a
            // machine
            // whose cores are busy with other things.
            Awaitility.await("in sync").atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertInSync(direct, ports));
            awaitMore(load, 200);
            load.stop();
            assertThat(load.failures()).isEmpty();
        }

        Files.writeString(config.resolve("abort.yaml"), ABORT);
        Awaitility.await("the successor is listened to")
                .atMost(Patience.OF_A_CHANGE)
                .until(() -> user.status(REVIEWS) == 418);
    }

    private static void awaitMore(Load load, int requests) {
        long before = load.answered();
        Awaitility.await().atMost(Patience.OF_A_START).until(() -> load.answered() > before + requests);
    }
}
