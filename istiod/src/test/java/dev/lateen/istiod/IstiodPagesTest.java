package dev.lateen.istiod;

import static dev.lateen.api.xds.TypeUrls.CLUSTER;
import static dev.lateen.api.xds.TypeUrls.LISTENER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.istiod.discovery.AdsPeer;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.status.v3.ClientConfig;
import io.envoyproxy.envoy.service.status.v3.ConfigStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What istiod tells of itself and of its proxies. */
class IstiodPagesTest extends IstiodFixture {
    private static final String MESH_ENTRY = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: entry}
        spec:
          hosts: [entry.example]
          location: MESH_INTERNAL
          resolution: STATIC
          ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
          endpoints: [{address: 10.2.0.1}]
        """;

    @Test
    void debugPagesShowWhatAProxyHas() {
        try (AdsPeer peer = plain()) {
            DeltaDiscoveryRequest first = hello("default", CLUSTER);
            peer.raw(first.toBuilder()
                    .setNode(first.getNode().toBuilder().setUserAgentName("lateen"))
                    .build());
            peer.hearAndAcknowledge(CLUSTER);
            peer.subscribe(LISTENER);
            peer.hearAndAcknowledge(LISTENER);
            await().until(() -> istiod.proxies().getFirst().settledVersion() > 0);

            JsonObject sync = new JsonArray(get("/debug/syncz")).getJsonObject(0);
            assertThat(sync.getString("proxy")).isEqualTo("reviews-v1.default");
            assertThat(sync.getString("cluster_sent")).isNotEmpty().isEqualTo(sync.getString("cluster_acked"));
            JsonObject dump = new JsonObject(get("/debug/config_dump?proxyID=reviews-v1.default"));
            assertThat(dump.getJsonArray("configs").stream()
                            .map(section ->
                                    ((JsonObject) section).getString("@type").replaceAll(".*\\.", "")))
                    .containsExactly(
                            "BootstrapConfigDump",
                            "ClustersConfigDump",
                            "ListenersConfigDump",
                            "ScopedRoutesConfigDump",
                            "RoutesConfigDump",
                            "SecretsConfigDump");
            assertThat(dump.getJsonArray("configs").getJsonObject(2).encode())
                    .contains("virtualInbound", "envoy.filters.network.http_connection_manager", "istio.stats");
            assertThat(dump.encode()).contains("outbound|9080||reviews.default.svc.cluster.local");
            assertThat(new JsonObject(get("/debug/adsz")).getInteger("totalClients"))
                    .isEqualTo(1);
            assertThat(get("/metrics"))
                    .contains(
                            "# TYPE pilot_xds_pushes counter\n",
                            "pilot_xds_pushes{type=\"cds\"} 1\n",
                            "pilot_services 1\n");
        }
        assertThat(new JsonArray(get("/debug/registryz")).getJsonObject(0).getString("hostname"))
                .isEqualTo("reviews.default.svc.cluster.local");
        assertThat(get("/version")).isEqualTo("1.31.0-lateen-0.1.0-Clean");
    }

    @Test
    void theRegistryIsShownAsIstioShowsItToKiali() throws Exception {
        Files.writeString(config.resolve("more.yaml"), MESH_ENTRY);
        await().until(() -> snapshot().registry().services().size() == 2);
        JsonObject service = new JsonArray(get("/debug/registryz")).getJsonObject(0);
        assertThat(service.getJsonObject("Attributes").getString("ServiceRegistry"))
                .isEqualTo("External");
        assertThat(service.getJsonObject("Attributes").getString("Namespace")).isEqualTo("default");
        assertThat(service.getJsonArray("ports").getJsonObject(0).getInteger("port"))
                .isEqualTo(80);
        JsonObject endpoint = new JsonArray(get("/debug/endpointz"))
                .getJsonObject(0)
                .getJsonArray("ep")
                .getJsonObject(0);
        assertThat(endpoint.getJsonObject("service").getString("hostname")).isEqualTo("entry.example");
        assertThat(endpoint.getJsonObject("endpoint").getString("Address")).isEqualTo("10.2.0.1");
        assertThat(endpoint.getJsonObject("endpoint").getInteger("EndpointPort"))
                .isEqualTo(8080);
        assertThat(new JsonArray(get("/debug/configz")).getJsonObject(0).getJsonObject("spec"))
                .isEqualTo(new JsonObject("""
                    {"hosts": ["entry.example"], "location": "MESH_INTERNAL", "resolution": "STATIC",
                     "ports": [{"number": 80, "protocol": "HTTP", "name": "http", "targetPort": 8080}],
                     "endpoints": [{"address": "10.2.0.1", "weight": 0}]}\
                    """));
    }

    @Test
    void everyDebugPageThatIsListedAnswers() {
        try (AdsPeer peer = plain()) {
            peer.raw(hello("default", CLUSTER));
            peer.hearAndAcknowledge(CLUSTER);
            JsonArray names = new JsonArray(get("/debug/list"));
            assertThat(names)
                    .contains("syncz", "config_dump", "edsz", "ndsz", "authorizationz", "telemetryz", "connections");
            for (Object name : names) {
                String page = get("/debug/" + name + "?proxyID=reviews-v1.default");
                assertThat(page).as("/debug/" + name).matches("(?s)[\\[{].*[\\]}]\\s*");
            }
            assertThat(get("/debug")).contains("/debug/syncz");
            assertThat(get("/debug/config_dump?proxyID=nobody.nowhere")).contains("no such proxy");
            assertThat(get("/debug/config_dump")).contains("proxyID");
        }
    }

    @Test
    void istioctlAsksForTheStateOfProxiesOverTheStream() throws Exception {
        try (AdsPeer peer = plain();
                AdsPeer istioctl = plain()) {
            peer.raw(hello("default", CLUSTER));
            peer.hearAndAcknowledge(CLUSTER);
            await().until(() -> istiod.proxies().getFirst().settledVersion() > 0);
            istioctl.raw(hello("istio-system", "istio.io/debug/syncz"));
            DeltaDiscoveryResponse state = istioctl.hear();
            assertThat(state.getResourcesCount()).isEqualTo(1);
            ClientConfig reviews = state.getResources(0).getResource().unpack(ClientConfig.class);
            assertThat(reviews.getNode().getId()).isEqualTo("reviews-v1.default");
            assertThat(reviews.getGenericXdsConfigsList())
                    .extracting(ClientConfig.GenericXdsConfig::getConfigStatus)
                    .containsExactly(
                            ConfigStatus.SYNCED, ConfigStatus.UNKNOWN, ConfigStatus.UNKNOWN, ConfigStatus.UNKNOWN);
            assertThat(state.getControlPlane().getIdentifier()).contains("istiod");

            istioctl.raw(hello("istio-system", "istio.io/debug/syncz").toBuilder()
                    .clearNode()
                    .setResponseNonce(state.getNonce())
                    .build());
            istioctl.raw(hello("istio-system", "istio.io/debug/syncz").toBuilder()
                    .clearNode()
                    .setResponseNonce("2026-11-30 23:18:23 +0000 UTC m=+0.1")
                    .build());
            assertThat(istioctl.hear().getTypeUrl())
                    .as("a nonce that is not ours is no acknowledgement: istioctl's first request has one")
                    .isEqualTo("istio.io/debug/syncz");
            istioctl.subscribe("istio.io/debug/config_dump", "reviews-v1.default");
            assertThat(istioctl.hear().getResourcesList())
                    .anyMatch(section -> section.getResource().getTypeUrl().endsWith("ClustersConfigDump"));
            assertThat(istiod.proxies()).hasSize(1);
        }
        try (AdsPeer istioctl = plain()) {
            istioctl.raw(hello("istio-system", "istio.io/debug"));
            assertThat(istioctl.status()).isEqualTo(GrpcStatus.UNIMPLEMENTED);
        }
        assertThat(get("/debug/syncz"))
                .as("a tool that is gone is not missed")
                .contains("reviews-v1.default")
                .doesNotContain("istio-system");
        try (AdsPeer stranger = secure(null, List.of(), istiod.tokens().mint("default", "x", Duration.ofHours(1)))) {
            stranger.raw(hello("default", "istio.io/debug/syncz"));
            assertThat(stranger.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        }
    }

    @Test
    void whatIsWrongWithTheFilesIsShownUntilItIsMended() throws Exception {
        Files.writeString(config.resolve("wrong.yaml"), "kind: [");
        await().until(() -> get("/debug/push_status").contains("wrong.yaml"));
        assertThat(get("/metrics")).contains("pilot_config_problems 1\n");
        Files.delete(config.resolve("wrong.yaml"));
        await().until(() -> !get("/debug/push_status").contains("wrong.yaml"));
        assertThat(get("/metrics")).contains("pilot_config_problems 0\n", "pilot_total_rejected_configs 1\n");
    }

    @Test
    void theMetricsOfIstiosControlPlaneDashboardAreThere() throws Exception {
        try (AdsPeer peer = plain()) {
            peer.raw(hello("default", CLUSTER));
            peer.hearAndAcknowledge(CLUSTER);
            Files.writeString(config.resolve("more.yaml"), MESH_ENTRY);
            peer.reject(peer.hear(), "no");
            await().until(() -> get("/metrics").contains("pilot_total_xds_rejects{type=\"cds\"} 1\n"));
        }
        assertThat(get("/metrics"))
                .contains(
                        "istio_build{component=\"pilot\",tag=\"1.31.0\"} 1\n",
                        "pilot_k8s_cfg_events{type=\"ServiceEntry\",event=\"add\"} 1\n",
                        "pilot_push_triggers{type=\"config\"} 1\n",
                        "# TYPE pilot_xds_push_time histogram\n",
                        "# TYPE pilot_xds_config_size_bytes histogram\n",
                        "# TYPE pilot_proxy_convergence_time histogram\n",
                        "pilot_total_xds_internal_errors 0\n",
                        "pilot_virt_services 0\n",
                        "citadel_server_root_cert_expiry_seconds ",
                        "process_cpu_seconds_total ",
                        "process_resident_memory_bytes ");
    }
}
