package dev.lateen.istiod;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.istiod.config.InvalidConfigException;
import dev.lateen.istiod.discovery.AdsPeer;
import dev.lateen.istiod.listen.ListenAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How istiod starts, follows its files and says that it is ready. */
class IstiodTest extends IstiodFixture {
    private static final String MORE = "---\n" + REVIEWS.replace("reviews", "ratings");

    @Test
    void anEditReachesAProxyAndIsToldWithWhomItTouched() throws Exception {
        try (AdsPeer peer = plain()) {
            peer.subscribe(CLUSTER);
            peer.hearAndAcknowledge(CLUSTER);
            await().until(() -> istiod.proxies().getFirst().settledVersion() > 0);
            String node = istiod.proxies().getFirst().node().id();

            Files.writeString(config.resolve("services.yaml"), REVIEWS + MORE);
            assertThat(AdsPeer.names(peer.hearAndAcknowledge(CLUSTER)))
                    .contains("outbound|9080||ratings.default.svc.cluster.local");
            await().untilAsserted(() -> assertThat(log).contains("changed 1", "in force 2 [" + node + "]"));
            await().until(() -> istiod.isInSync(node));
        }
    }

    @Test
    void aBrokenEditLeavesProxiesInPeace() throws Exception {
        Files.writeString(config.resolve("services.yaml"), "kind: [");
        await().untilAsserted(() -> assertThat(log).anyMatch(line -> line.startsWith("problem ")));
        assertThat(snapshot().registry().services()).hasSize(1);
        assertThat(get("/metrics")).contains("pilot_total_rejected_configs 1\n");
    }

    @Test
    void whoAsksForReadinessHoldsNobodyUpWhileAConditionTakesItsTime() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        readiness.require("a long look", () -> {
            asked.countDown();
            try {
                return over.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                return false;
            }
        });
        CompletableFuture<String> ready = CompletableFuture.supplyAsync(() -> get("/ready"));
        asked.await();
        assertThat(get("/version")).isNotEmpty();
        assertThat(ready).isNotDone();
        over.countDown();
        assertThat(ready.join()).isEqualTo("ready\n");
    }

    @Test
    void readinessWaitsForWhatIsRequired() {
        assertThat(get("/ready")).isEqualTo("ready\n");
        readiness.require("sidecars in sync", () -> false);
        assertThat(get("/ready")).isEqualTo("not ready: sidecars in sync\n");
    }

    @Test
    void aPortInUseIsReportedWithItsFlag() {
        int taken = istiod.addresses().grpc();
        assertThatThrownBy(() -> deployed(new Istiod(bootstrap(taken), Istiod.Surroundings.none())))
                .hasMessageContaining("--grpcAddr 127.0.0.1:" + taken)
                .hasMessageContaining("already in use");
    }

    @Test
    void wrongConfigAtTheStartIsAFailure() throws Exception {
        Files.writeString(config.resolve("wrong.yaml"), "apiVersion: networking.istio.io/v1\nkind: VirtualServise\n");
        assertThatThrownBy(() -> deployed(new Istiod(bootstrap(0), Istiod.Surroundings.none())))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("wrong.yaml");
    }

    @Test
    void addressesAreReadAsIstioWritesThem() {
        assertThat(ListenAddress.parse("--grpcAddr", ":15010"))
                .isEqualTo(new ListenAddress("--grpcAddr", "0.0.0.0", 15010));
        assertThat(ListenAddress.parse("--grpcAddr", "[::1]:0").host()).isEqualTo("::1");
        for (String wrong : List.of("15010", "localhost:", "localhost:99999", "::1:80", "")) {
            assertThatThrownBy(() -> ListenAddress.parse("--grpcAddr", wrong))
                    .hasMessageContaining("--grpcAddr")
                    .hasMessageContaining("accepted: HOST:PORT");
        }
    }
}
