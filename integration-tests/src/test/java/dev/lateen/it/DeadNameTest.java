package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.IstiodEvents;
import dev.lateen.istiod.listen.ListenAddress;
import dev.lateen.istiod.model.ProxyNode;
import io.vertx.core.Vertx;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stock Envoy says nothing to clusters while it looks for a name that nobody resolves; its routes change all the same. */
@SuppressWarnings("UnusedVariable") // what is held only to be closed
class DeadNameTest {
    private static final String ROUTE = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: here, namespace: default}
        spec:
          hosts: [here.example]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          location: MESH_EXTERNAL
          endpoints: [{address: 127.0.0.1}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: here, namespace: default}
        spec:
          hosts: [here.example]
          http: [{directResponse: {status: %d}}]
        """;

    private static final String DEAD = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: dead, namespace: default}
        spec:
          hosts: [dead.example]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: DNS
          location: MESH_EXTERNAL
        """;

    @TempDir
    Path directory;

    private final List<String> silent = new CopyOnWriteArrayList<>();

    private Istiod istiod(Vertx vertx, Path config) {
        ListenAddress free = new ListenAddress("test", "127.0.0.1", 0);
        IstiodBootstrap bootstrap = IstiodBootstrap.onLoopback(List.of(config), directory.resolve("state"))
                .withAddresses(free, free, null, free);
        return Async.deployed(vertx, new Istiod(bootstrap, Istiod.Surroundings.of(new IstiodEvents() {
            @Override
            public void silent(ProxyNode node, String typeUrl, Duration since) {
                silent.add(typeUrl);
            }
        })));
    }

    /** This machine, by another command. */
    private static RealEnvoy.Place deafTo(List<String> by) {
        return new RealEnvoy.Place("127.0.0.1", "127.0.0.1", command -> {
            List<String> whole = new ArrayList<>(by);
            whole.addAll(command);
            return whole;
        });
    }

    @ParameterizedTest
    @CsvSource({"DELTA_GRPC,1", "GRPC,2"})
    void routesChangeWhileAnEnvoyLooksForANameThatNobodyResolves(String apiType, int net) throws Exception {
        Peers.root("a name server of its own");
        MeshNode node = MeshNode.bookinfo("productpage", "127.73." + net + ".1", "127.74." + net + ".1");
        Path config = Files.createDirectories(directory.resolve("config"));
        Files.writeString(config.resolve("route.yaml"), ROUTE.formatted(418));
        Vertx vertx = Vertx.vertx();
        Istiod istiod = istiod(vertx, config);
        String deafServer = "127.73." + net + ".53";
        List<String> askingNobody = List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
                Files.writeString(directory.resolve("resolv.conf"), "nameserver " + deafServer + "\n")
                        .toString());
        try (DatagramSocket deaf = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(deafServer), 53));
                RealEnvoy envoy = RealEnvoy.start(vertx, istiod, node, apiType, directory, deafTo(askingNobody));
                Web user = Web.through(node.ip(), MeshNode.HTTP_PROXY)) {
            envoy.awaitLive();
            LocalMesh.awaitStatus(user, "http://here.example/", 418);

            Files.writeString(config.resolve("dead.yaml"), DEAD);
            Awaitility.await()
                    .atMost(Patience.OF_A_CHANGE)
                    .until(() -> envoy.stats("cluster_manager.warming_clusters").containsValue(1L));
            Files.writeString(config.resolve("route.yaml"), ROUTE.formatted(451));

            // Three seconds are promised, and what istiod waits is half of them (WarmingClusterTest); the rest is for a
            // machine whose cores are busy with other things.
            Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> user.status("http://here.example/") == 451);
            assertThat(envoy.stats("cluster_manager.warming_clusters")).containsValue(1L);
            assertThat(deaf.isClosed()).isFalse();
            Awaitility.await().atMost(Patience.OF_A_CHANGE).until(() -> !silent.isEmpty());
            envoy.assertNothingRejected();
        } finally {
            Async.done(vertx.close());
        }
    }
}
