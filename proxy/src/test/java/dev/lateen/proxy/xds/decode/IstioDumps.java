package dev.lateen.proxy.xds.decode;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The resources that a real istiod sent to a real Envoy, out of that Envoy's config dumps. */
public final class IstioDumps {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final String[] EXTENSIONS = {
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "extensions.filters.http.router.v3.Router",
        "extensions.filters.http.fault.v3.HTTPFault",
        "extensions.filters.http.cors.v3.Cors",
        "extensions.filters.http.cors.v3.CorsPolicy",
        "extensions.filters.http.rbac.v3.RBAC",
        "extensions.filters.http.grpc_stats.v3.FilterConfig",
        "extensions.filters.listener.tls_inspector.v3.TlsInspector",
        "extensions.filters.listener.http_inspector.v3.HttpInspector",
        "extensions.filters.listener.original_dst.v3.OriginalDst",
        "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
        "extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "extensions.transport_sockets.tls.v3.Secret",
        "extensions.transport_sockets.raw_buffer.v3.RawBuffer",
        "extensions.upstreams.http.v3.HttpProtocolOptions",
        "extensions.request_id.uuid.v3.UuidRequestIdConfig",
        "extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
        "extensions.access_loggers.file.v3.FileAccessLog",
        "extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        "extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig",
        "extensions.filters.http.compressor.v3.Compressor",
        "extensions.filters.http.header_to_metadata.v3.Config",
        "extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        "extensions.filters.network.mongo_proxy.v3.MongoProxy",
        "extensions.filters.network.rbac.v3.RBAC",
        "extensions.compression.brotli.compressor.v3.Brotli",
        "extensions.compression.gzip.compressor.v3.Gzip",
        "extensions.compression.zstd.compressor.v3.Zstd",
        "extensions.filters.http.grpc_web.v3.GrpcWeb",
        "extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
        "extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
        "config.trace.v3.ZipkinConfig",
        "config.trace.v3.OpenTelemetryConfig",
        "config.cluster.v3.Cluster",
        "config.listener.v3.Listener",
        "config.route.v3.RouteConfiguration",
        "config.endpoint.v3.ClusterLoadAssignment"
    };

    private static final TypeRegistry REGISTRY = registry();

    private IstioDumps() {}

    /** One resource. @param file which dump it is from */
    public record Dumped(String file, ResourceType type, Map<String, Object> json) {
        /** As protobuf's own library writes it, without fields that are newer than it. */
        public Any any() {
            try {
                Any.Builder any = Any.newBuilder();
                JsonFormat.parser()
                        .ignoringUnknownFields()
                        .usingTypeRegistry(REGISTRY)
                        .merge(JSON.writeValueAsString(json), any);
                return any.build();
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return file + " " + type.word() + " " + json.getOrDefault("name", json.get("cluster_name"));
        }
    }

    static TypeRegistry registry() {
        TypeRegistry.Builder registry = TypeRegistry.newBuilder();
        for (String name : EXTENSIONS) {
            try {
                Class<?> type = Class.forName("io.envoyproxy.envoy." + name);
                registry.add(((Message) type.getMethod("getDefaultInstance").invoke(null)).getDescriptorForType());
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(name, e);
            }
        }
        return registry.build();
    }

    /** A file of the shared data; without them the test is skipped. */
    public static Path shared(String path) {
        Path folder = Path.of(System.getProperty("lateen.shared", "../shared"));
        Assumptions.assumeTrue(Files.isDirectory(folder), "no folder of shared data");
        return folder.resolve(path);
    }

    public static Stream<Dumped> all() {
        List<Dumped> found = new ArrayList<>();
        for (String version : new String[] {"istio/xds", "istio/xds-1.31"}) {
            try (Stream<Path> folders = Files.list(shared(version))) {
                for (Path folder : folders.sorted().toList()) {
                    collect(
                            folder.getFileName().toString(),
                            JSON.readValue(folder.resolve("config_dump.json"), Object.class),
                            found);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found.stream();
    }

    @SuppressWarnings("unchecked")
    private static void collect(String file, Object json, List<Dumped> found) {
        if (json instanceof Map<?, ?> map) {
            ResourceType type = map.get("@type") instanceof String url ? ResourceType.ofUrl(url) : null;
            if (type != null) {
                found.add(new Dumped(file, type, (Map<String, Object>) map));
            }
            map.values().forEach(value -> collect(file, value, found));
        } else if (json instanceof List<?> list) {
            list.forEach(value -> collect(file, value, found));
        }
    }
}
