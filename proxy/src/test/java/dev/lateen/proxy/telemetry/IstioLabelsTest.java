package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.route.RouteFixtures;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What Istio's labels say when the other side is not, or not wholly, known. */
class IstioLabelsTest {
    private static final PeerMetadata CURL =
            new PeerMetadata("curl", "default", "Kubernetes", "curl", "latest", "curl", "unknown");

    private static final TlsFacts GATEWAY = new TlsFacts(
            "TLSv1.3",
            "TLS_AES_128_GCM_SHA256",
            "istio",
            List.of("spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"),
            List.of(),
            "",
            "ab12",
            "",
            "spiffe://cluster.local/ns/default/sa/curl");

    private static ExchangeFacts exchange(boolean inbound, @Nullable TlsFacts tls) {
        RequestHead head =
                new RequestHead("GET", "/", "outside.example.com", "http", HttpProtocol.HTTP_1_1, new HeaderMap());
        ConnectionFacts connection = new ConnectionFacts(
                7,
                new InetSocketAddress("127.0.0.9", 4000),
                new InetSocketAddress("127.1.0.1", 9080),
                inbound,
                true,
                "",
                tls);
        ExchangeFacts exchange = new ExchangeFacts(connection, head, 0, 0);
        exchange.response(new ResponseHead(200, new HeaderMap()));
        return exchange;
    }

    private static Map<String, String> labels(ExchangeFacts exchange, boolean inbound) {
        return new SeriesLabels(CURL)
                .http(SeriesKey.of(exchange, inbound, true))
                .labels();
    }

    @Test
    void aRefusedHostCountsAsBlackHoleAndAnUndeclaredOneAsPassedThrough() {
        for (var expected : Map.of("block_all", "BlackHoleCluster", "allow_any", "PassthroughCluster")
                .entrySet()) {
            ExchangeFacts exchange = exchange(false, null);
            exchange.route(RouteFixtures.prefix("/", expected.getKey()), expected.getKey());
            Map<String, String> labels = labels(exchange, false);
            assertThat(labels.get("destination_service_name")).isEqualTo(expected.getValue());
            assertThat(labels.get("destination_service")).isEqualTo("outside.example.com");
        }
    }

    @Test
    void thePeersNamespaceIsThatOfItsIdentity() {
        Map<String, String> labels = labels(exchange(true, GATEWAY), true);
        assertThat(labels.get("source_workload")).isEqualTo("unknown");
        assertThat(labels.get("source_workload_namespace")).isEqualTo("istio-system");
    }

    @Test
    void aStrangersRevisionIsTheLatest() {
        Map<String, String> labels = labels(exchange(true, null), true);
        assertThat(labels.get("source_canonical_service")).isEqualTo("unknown");
        assertThat(labels.get("source_canonical_revision")).isEqualTo("latest");
    }

    @Test
    void anEndpointTellsNeitherAppNorVersion() {
        ExchangeFacts exchange = exchange(false, null);
        exchange.endpoint(new Endpoint(
                "127.1.0.2", 8080, "", 1, Endpoint.Health.HEALTHY, Map.of(), "gw;istio-system;gateway;v7;Kubernetes"));
        Map<String, String> labels = labels(exchange, false);
        assertThat(labels.get("destination_workload")).isEqualTo("gw");
        assertThat(labels.get("destination_canonical_revision")).isEqualTo("v7");
        assertThat(labels.get("destination_app")).isEqualTo("unknown");
        assertThat(labels.get("destination_version")).isEqualTo("unknown");
    }
}
