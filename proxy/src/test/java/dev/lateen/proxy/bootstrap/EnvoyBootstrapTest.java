package dev.lateen.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.proto.ConfigException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EnvoyBootstrapTest {
    private static final String XDS = """
        node: {id: n, cluster: c, metadata: {NAMESPACE: default, LABELS: {app: x}}, locality: {region: r, zone: z}}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 15000}}}
        dynamic_resources:
          ads_config:
            api_type: TYPE
            transport_api_version: V3
            grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}, initial_metadata: [{key: x-token, value: t}]}]
          lds_config: {ads: {}, resource_api_version: V3}
          cds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
          - {name: xds-grpc, type: STRICT_DNS, connect_timeout: 1s, http2_protocol_options: {}, load_assignment: {cluster_name: xds-grpc, endpoints: [
              {lb_endpoints: [{endpoint: {address: {socket_address: {address: istiod.test, port_value: 15010}}}}]}]}}
          - {name: sds-grpc, type: STATIC, connect_timeout: 1s, http2_protocol_options: {}, load_assignment: {cluster_name: sds-grpc, endpoints: [
              {lb_endpoints: [{endpoint: {address: {pipe: {path: ./sds.sock}}}}]}]}}
        layered_runtime: {layers: [{name: a, static_layer: {}}]}
        """;

    @Test
    void readsNodeAdminAndControlPlane() {
        ProxyBootstrap bootstrap = parse(XDS.replace("TYPE", "DELTA_GRPC"));
        assertThat(bootstrap.node().id()).isEqualTo("n");
        assertThat(bootstrap.node().userAgentName()).isEqualTo("lateen");
        assertThat(bootstrap.node().metadata()).isEqualTo(Map.of("NAMESPACE", "default", "LABELS", Map.of("app", "x")));
        assertThat(bootstrap.node().locality().zone()).isEqualTo("z");
        assertThat(Objects.requireNonNull(bootstrap.own().admin()).getPort()).isEqualTo(15000);
        assertThat(bootstrap.discovery().ads())
                .isEqualTo(new ControlPlane("istiod.test", 15010, "", true, null, Map.of("x-token", "t")));
        assertThat(Objects.requireNonNull(bootstrap.discovery().sds().get("sds-grpc"))
                        .unixPath())
                .isEqualTo("./sds.sock");
        assertThat(bootstrap.resources()).extracting(Decoded.Accepted::name).containsExactly("xds-grpc");
    }

    @Test
    void stateOfTheWorldIsTheOtherApiType() {
        assertThat(Objects.requireNonNull(
                                parse(XDS.replace("TYPE", "GRPC")).discovery().ads())
                        .delta())
                .isFalse();
    }

    @Test
    void jsonIsReadToo() {
        assertThat(parse("{\"node\": {\"id\": \"n\", \"cluster\": \"c\"}}")
                        .node()
                        .cluster())
                .isEqualTo("c");
    }

    @Test
    void anUnknownFieldIsRefusedByItsPath() {
        refused(
                "{static_resources: {clusters: [{nmae: a}]}}",
                "static_resources.clusters[0].nmae: unknown field of envoy.config.cluster.v3.Cluster");
    }

    @Test
    void whatThisProxyCannotDoIsRefusedByItsPath() {
        refused(
                "{static_resources: {clusters: [{name: a, type: STATIC, connect_timeout: 1s, health_checks: [{timeout:"
                        + " 1s}]}]}}",
                "static_resources.clusters[0].health_checks: not supported by this proxy");
        refused("{hds_config: {api_type: GRPC}}", "hds_config: not supported by this proxy");
        refused("{stats_sinks: [{name: statsd}]}", "stats_sinks: not supported");
        refused("{dynamic_resources: {cds_config: {path_config_source: {path: /x}}}}", "dynamic_resources.cds_config");
    }

    @Test
    void badValuesSayWhatIsAccepted() {
        refused(
                "{static_resources: {clusters: [{name: a, connect_timeout: soon}]}}",
                "connect_timeout: \"soon\" (accepted: seconds such as 1.5s)");
        refused("{static_resources: {clusters: [{name: a, type: STATICK}]}}", "type: \"STATICK\" (accepted:");
        refused(
                "{admin: {address: {socket_address: {address: localhost, port_value: 1}}}}",
                "admin.address.socket_address.address: \"localhost\" (accepted: an IPv4 or IPv6 literal)");
        refused("{node: {id: a, id: b}}", "neither YAML nor JSON");
        refused("[1]", "no map at the top");
    }

    @Test
    void anAdsClusterThatIsNotThereIsNamed() {
        refused(
                "{dynamic_resources: {ads_config: {api_type: GRPC, grpc_services: [{envoy_grpc: {cluster_name:"
                        + " gone}}]}}}",
                "cluster gone is not there (accepted: one of static_resources.clusters)");
    }

    @Test
    void filesThatAreNamedAreRead() {
        String text =
                "{static_resources: {secrets: [{name: s, validation_context: {trusted_ca: {filename: /ca.pem}}}]}}";
        assertThatThrownBy(() ->
                        EnvoyBootstrap.parse(text, path -> path.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("secret s: static_resources.secrets[0].validation_context.trusted_ca");
    }

    private static ProxyBootstrap parse(String text) {
        return EnvoyBootstrap.parse(text, FileSource.NONE);
    }

    private static void refused(String text, String reason) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(reason);
    }
}
