package dev.lateen.proxy.xds;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.names.NameTable.NameInfo;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.decode.ResourceDecoder;
import dev.lateen.proxy.xds.decode.ResourceType;
import dev.lateen.proxy.xds.decode.Resources;
import dev.lateen.proxy.xds.snapshot.SnapshotAssembler;
import dev.lateen.proxy.xds.snapshot.SnapshotSource;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A proxy that answers DNS asks for the name table; others don't. */
class NamesSubscriptionTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeControlPlane server = new FakeControlPlane(vertx);
    private final List<NameTable> taken = new CopyOnWriteArrayList<>();
    private @Nullable AdsClient client;

    @AfterEach
    void close() throws Exception {
        requireNonNull(client).close().await(60, TimeUnit.SECONDS);
        server.close();
        vertx.close().await(60, TimeUnit.SECONDS);
    }

    private Future<Void> connect(boolean delta, @Nullable Function<NameTable, Future<?>> names) {
        XdsNode node = new XdsNode(
                "sidecar~10.0.0.1~a.b~b.svc.cluster.local",
                "a.b",
                Map.of(),
                new Locality("r", "z", ""),
                "lateen",
                "0.1.0",
                List.of());
        XdsSettings settings = new XdsSettings(
                node,
                XdsTarget.clearText(server.address(), Map::of),
                delta,
                Map.of(),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                new Random(1),
                InstantSource.system());
        SnapshotSource source = new SnapshotSource(
                vertx, new SnapshotAssembler(List.of()), _ -> Future.succeededFuture(Map.of()), InstantSource.system());
        AdsClient made = new AdsClient(vertx, settings, ResourceDecoder.lenient(FileSource.NONE), source, names);
        client = made;
        source.start();
        return made.start();
    }

    private static dev.lateen.api.names.NameTable names(String host, String address) {
        return dev.lateen.api.names.NameTable.newBuilder()
                .putTable(
                        host,
                        NameInfo.newBuilder()
                                .addIps(address)
                                .setRegistry("Kubernetes")
                                .setShortname("a")
                                .setNamespace("b")
                                .build())
                .build();
    }

    private DeltaDiscoveryRequest answer(String nonce) {
        return server.nextDelta(request -> request.getResponseNonce().equals(nonce));
    }

    @Test
    void whereDnsIsAnsweredNothingIsReadyBeforeTheNamesAre() throws Exception {
        Promise<Void> inForce = Promise.promise();
        Future<Void> started = connect(true, table -> {
            taken.add(table);
            return inForce.future();
        });
        DeltaDiscoveryRequest asked =
                server.nextDelta(request -> request.getTypeUrl().equals(ResourceType.NAMES.typeUrl()));
        assertThat(asked.getResourceNamesSubscribeList()).isEmpty();
        server.sendDelta(ResourceType.CLUSTER, "1", Resources.cluster("{name: c, type: STATIC, connect_timeout: 1s}"));
        answer(server.sendDelta(ResourceType.LISTENER, "1"));
        await().until(() -> requireNonNull(client)
                .holdUps()
                .equals(List.of("DNS is captured, and the control plane has told no names yet")));

        String nonce = server.sendDelta(ResourceType.NAMES, "1", names("a.b.svc.cluster.local", "10.0.0.1"));
        await().until(() -> taken.size() == 1);
        assertThat(taken.getFirst().hosts())
                .containsOnly(Map.entry(
                        "a.b.svc.cluster.local",
                        new NameTable.Host(List.of("10.0.0.1"), "Kubernetes", "a", "b", List.of())));
        assertThat(server.hasHeard(nonce)).isFalse();
        assertThat(started.isComplete()).isFalse();

        inForce.complete();
        started.await(60, TimeUnit.SECONDS);
        assertThat(answer(nonce).hasErrorDetail()).isFalse();
        assertThat(requireNonNull(client).holdUps()).isEmpty();
    }

    @Test
    void namesThatCannotBePutInForceAreRejected() {
        connect(true, _ -> Future.failedFuture("no room"));
        server.nextDelta(request -> request.getTypeUrl().equals(ResourceType.NAMES.typeUrl()));
        String nonce = server.sendDelta(ResourceType.NAMES, "1", names("a", "10.0.0.1"));
        assertThat(answer(nonce).getErrorDetail().getMessage()).isEqualTo("names: no room");
    }

    @Test
    void aNewStreamTellsTheVersionOfTheNamesThatAreThere() {
        connect(true, _ -> Future.succeededFuture());
        server.nextDelta(request -> request.getTypeUrl().equals(ResourceType.NAMES.typeUrl()));
        answer(server.sendDelta(ResourceType.NAMES, "7", names("a", "10.0.0.1")));
        server.breakConnection();
        DeltaDiscoveryRequest again =
                server.nextDelta(request -> request.getTypeUrl().equals(ResourceType.NAMES.typeUrl()));
        assertThat(again.getInitialResourceVersionsMap()).containsExactly(Map.entry("", "7"));
    }

    @Test
    void namesComeToAStateOfTheWorldClientWholeEachTime() {
        connect(false, table -> {
            taken.add(table);
            return Future.succeededFuture();
        });
        DiscoveryRequest asked = server.next(request -> request.getTypeUrl().equals(ResourceType.NAMES.typeUrl()));
        assertThat(asked.getResourceNamesList()).isEmpty();
        for (int i = 1; i <= 2; i++) {
            String nonce = server.send(ResourceType.NAMES, "" + i, names("a", "10.0.0." + i));
            DiscoveryRequest ack =
                    server.next(request -> request.getResponseNonce().equals(nonce));
            assertThat(ack.hasErrorDetail()).isFalse();
            assertThat(ack.getVersionInfo()).isEqualTo("" + i);
            assertThat(taken).hasSize(i);
            assertThat(requireNonNull(taken.getLast().hosts().get("a")).addresses())
                    .containsExactly("10.0.0." + i);
        }
    }

    @Test
    void whoAnswersNoDnsAsksForNoNames() {
        connect(true, null);
        server.nextDelta(request -> request.getTypeUrl().equals(ResourceType.LISTENER.typeUrl()));
        String nonce = server.sendDelta(ResourceType.NAMES, "1", names("a", "10.0.0.1"));
        assertThat(answer(nonce).getErrorDetail().getMessage()).contains("was not asked for");
    }
}
