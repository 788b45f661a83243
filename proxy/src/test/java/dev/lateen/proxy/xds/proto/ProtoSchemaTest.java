package dev.lateen.proxy.xds.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Run with {@code -Dlateen.schema.write=FILE} to write the table anew. */
class ProtoSchemaTest {
    private static final String PREFIX = "io.envoyproxy.envoy.";

    private static final List<String> ROOTS = List.of(
            "config.bootstrap.v3.Bootstrap",
            "config.route.v3.RouteConfiguration",
            "config.route.v3.FilterConfig",
            "config.route.v3.ScopedRouteConfiguration",
            "config.endpoint.v3.ClusterLoadAssignment",
            "extensions.transport_sockets.tls.v3.Secret",
            "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
            "extensions.transport_sockets.raw_buffer.v3.RawBuffer",
            "extensions.transport_sockets.tcp_stats.v3.Config",
            "extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
            "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "extensions.filters.network.tcp_proxy.v3.TcpProxy",
            "extensions.filters.network.rbac.v3.RBAC",
            "extensions.filters.http.router.v3.Router",
            "extensions.filters.http.rbac.v3.RBAC",
            "extensions.filters.http.rbac.v3.RBACPerRoute",
            "extensions.filters.http.fault.v3.HTTPFault",
            "extensions.filters.http.cors.v3.Cors",
            "extensions.filters.http.cors.v3.CorsPolicy",
            "extensions.filters.http.grpc_stats.v3.FilterConfig",
            "extensions.filters.http.grpc_web.v3.GrpcWeb",
            "extensions.filters.listener.tls_inspector.v3.TlsInspector",
            "extensions.filters.listener.http_inspector.v3.HttpInspector",
            "extensions.filters.listener.original_dst.v3.OriginalDst",
            "extensions.filters.listener.original_src.v3.OriginalSrc",
            "extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
            // Never built; known so that a configuration dump shows them as Envoy's does, which istioctl asks for.
            "config.trace.v3.OpenTelemetryConfig",
            "extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig",
            "extensions.filters.http.compressor.v3.Compressor",
            "extensions.compression.brotli.compressor.v3.Brotli",
            "extensions.compression.gzip.compressor.v3.Gzip",
            "extensions.compression.zstd.compressor.v3.Zstd",
            "extensions.filters.http.header_to_metadata.v3.Config",
            "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
            "extensions.filters.http.jwt_authn.v3.PerRouteConfig",
            "extensions.filters.network.mongo_proxy.v3.MongoProxy",
            "extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
            "extensions.access_loggers.file.v3.FileAccessLog",
            "extensions.access_loggers.filters.cel.v3.ExpressionFilter",
            "extensions.access_loggers.stream.v3.StdoutAccessLog",
            "extensions.access_loggers.stream.v3.StderrAccessLog",
            "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
            "extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
            "extensions.upstreams.http.v3.HttpProtocolOptions",
            "extensions.clusters.dns.v3.DnsCluster",
            "extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
            "extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
            "extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig",
            "extensions.request_id.uuid.v3.UuidRequestIdConfig",
            "extensions.load_balancing_policies.round_robin.v3.RoundRobin",
            "extensions.load_balancing_policies.least_request.v3.LeastRequest",
            "extensions.load_balancing_policies.random.v3.Random",
            "extensions.load_balancing_policies.ring_hash.v3.RingHash",
            "extensions.load_balancing_policies.maglev.v3.Maglev",
            "extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided",
            "extensions.load_balancing_policies.wrr_locality.v3.WrrLocality",
            "extensions.filters.common.set_filter_state.v3.FilterStateValue",
            "config.trace.v3.ZipkinConfig",
            "config.core.v3.HttpService",
            "service.discovery.v3.DiscoveryRequest",
            "service.discovery.v3.DiscoveryResponse",
            "service.discovery.v3.DeltaDiscoveryRequest",
            "service.discovery.v3.DeltaDiscoveryResponse");

    private static final List<String> OTHERS = List.of(
            "dev.lateen.api.names.NameTable",
            "com.github.xds.type.v3.TypedStruct",
            "com.github.udpa.udpa.type.v1.TypedStruct",
            "com.google.protobuf.BytesValue",
            "com.google.protobuf.Int64Value",
            "com.google.protobuf.Int32Value",
            "com.google.protobuf.FloatValue",
            "com.google.protobuf.Empty");

    @Test
    void tableSaysWhatEnvoysDescriptorsSay() throws Exception {
        String expected =
                SchemaTable.of(java.util.stream.Stream.concat(ROOTS.stream().map(PREFIX::concat), OTHERS.stream())
                        .map(ProtoSchemaTest::descriptor)
                        .toList());
        String target = System.getProperty("lateen.schema.write");
        if (target != null) {
            Files.writeString(Path.of(target), expected);
        }
        assertThat(table().lines().toList()).isEqualTo(expected.lines().toList());
    }

    private static Descriptor descriptor(String className) {
        try {
            return (Descriptor) Objects.requireNonNull(
                    Class.forName(className).getMethod("getDescriptor").invoke(null));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(className, e);
        }
    }

    private static String table() throws IOException {
        try (InputStream in = ProtoSchema.class.getResourceAsStream("envoy-schema.txt")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
