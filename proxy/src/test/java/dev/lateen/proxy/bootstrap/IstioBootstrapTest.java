package dev.lateen.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.xds.decode.Decoded;
import dev.lateen.proxy.xds.decode.FileSource;
import dev.lateen.proxy.xds.proto.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bootstrap with the parts that Istio's agent writes for every sidecar: Unix sockets to the agent, its own ports, tags for statistics. */
class IstioBootstrapTest {
    private static final String HCM =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

    private static final String BOOTSTRAP = """
        application_log_config: {log_format: {text_format: "%v"}}
        node: {id: "sidecar~10.0.0.1~a.b~b.svc.cluster.local", cluster: istio-proxy, locality: {}, metadata: {NAMESPACE: b}}
        layered_runtime: {layers: [{name: global config, static_layer: {re2.max_program_size.error_level: "32768"}},
          {name: admin, admin_layer: {}}]}
        bootstrap_extensions:
        - name: envoy.bootstrap.internal_listener
          typed_config:
            "@type": type.googleapis.com/udpa.type.v1.TypedStruct
            type_url: type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener
            value: {buffer_size_kb: 64}
        stats_config:
          use_all_default_tags: false
          stats_tags: [{tag_name: cluster_name, regex: "^cluster(\\\\.(.+);)"}]
          stats_matcher: {inclusion_list: {patterns: [{prefix: server}, {suffix: rbac.allowed}]}}
        admin:
          access_log: [{name: file, typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/null}}]
          profile_path: /tmp/envoy.prof
          address: {socket_address: {address: 127.0.0.1, port_value: 15000}}
        dynamic_resources:
          lds_config: {ads: {}, initial_fetch_timeout: 0s, resource_api_version: V3}
          cds_config: {ads: {}, initial_fetch_timeout: 0s, resource_api_version: V3}
          ads_config: {api_type: DELTA_GRPC, set_node_on_first_message_only: true, transport_api_version: V3,
            grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]}
        static_resources:
          clusters:
          - {name: agent, alt_stat_name: "agent;", type: STATIC, connect_timeout: 0.250s, lb_policy: ROUND_ROBIN, load_assignment: {cluster_name: agent,
              endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {protocol: TCP, address: 127.0.0.1, port_value: 15020}}}}]}]}}
          - name: xds-grpc
            alt_stat_name: xds-grpc;
            type: STATIC
            connect_timeout: 1s
            lb_policy: ROUND_ROBIN
            load_assignment: {cluster_name: xds-grpc, endpoints: [{lb_endpoints: [{endpoint: {address: {pipe: {path: /etc/istio/proxy/XDS}}}}]}]}
            circuit_breakers: {thresholds: [{priority: DEFAULT, max_connections: 100000}, {priority: HIGH, max_connections: 100000}]}
            upstream_connection_options: {tcp_keepalive: {keepalive_time: 300}}
            max_requests_per_connection: 1
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
          listeners:
          - name: 0.0.0.0_15021
            address: {socket_address: {protocol: TCP, address: 0.0.0.0, port_value: 15021}}
            ignore_global_conn_limit: true
            bypass_overload_manager: true
            filter_chains: [{filters: [{name: envoy.filters.network.http_connection_manager, typed_config: {"@type": HCM,
              codec_type: AUTO, stat_prefix: agent,
              route_config: {virtual_hosts: [{name: backend, domains: ["*"], routes: [{match: {prefix: /healthz/ready}, route: {cluster: agent}}]}]},
              http_filters: [
                {name: gzip, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor,
                  compressor_library: {name: gzip, typed_config: {"@type": type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip}}}},
                {name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}]
        tracing: {http: {name: envoy.tracers.zipkin, typed_config: {"@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig,
          collector_cluster: zipkin, collector_endpoint: /api/v2/spans, collector_endpoint_version: HTTP_JSON}}}
        """.replace("HCM", HCM);

    @Test
    void isTaken() {
        ProxyBootstrap bootstrap = EnvoyBootstrap.parse(BOOTSTRAP, FileSource.NONE);
        assertThat(bootstrap.resources()).extracting(Decoded.Accepted::name).containsExactly("agent", "0.0.0.0_15021");
        assertThat(bootstrap.document().get().toString()).contains("stats_tags").contains("admin_layer");
    }

    @Test
    void discoveryOfPeersMetadataIsPassedOver() {
        String with = BOOTSTRAP.replace("bootstrap_extensions:\n", """
            bootstrap_extensions:
            - name: metadata_discovery
              typed_config:
                "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                type_url: type.googleapis.com/istio.workload.BootstrapExtension
                value: {config_source: {ads: {}}}
            """);
        assertThat(EnvoyBootstrap.parse(with, FileSource.NONE).resources()).hasSize(2);
    }

    @Test
    void whatIsUnknownIsPassedOverOnlyWhereThatIsAllowed(@TempDir Path directory) throws Exception {
        String unknown = BOOTSTRAP
                        .replace("name: envoy.bootstrap.internal_listener", "name: envoy.bootstrap.wasm")
                        .replace("alt_stat_name: xds-grpc;", "no_such_field: {a: [b]}")
                + "stats_sinks: [{name: envoy.stat_sinks.statsd}]\nnothing_like_it: 1\n";
        Path file = Files.writeString(directory.resolve("envoy.yaml"), unknown);
        ProxyBootstrap bootstrap = EnvoyBootstrap.read(file, "{node: {id: other, metadata: {A: b}}}", true);
        assertThat(bootstrap.node().id()).isEqualTo("other");
        assertThat(bootstrap.node().metadata()).containsOnlyKeys("NAMESPACE", "A");
        assertThat(bootstrap.document().get().toString()).contains("id=other").doesNotContain("no_such_field");
        assertThatThrownBy(() -> EnvoyBootstrap.read(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("unknown field");
    }

    @Test
    void anExtensionThatWouldDoSomethingIsRefusedByName() {
        String other = BOOTSTRAP.replace("name: envoy.bootstrap.internal_listener", "name: envoy.bootstrap.wasm");
        assertThatThrownBy(() -> EnvoyBootstrap.parse(other, FileSource.NONE))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("bootstrap_extensions[0].name: envoy.bootstrap.wasm");
    }
}
