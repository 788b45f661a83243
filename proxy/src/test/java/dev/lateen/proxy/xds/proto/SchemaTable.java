package dev.lateen.proxy.xds.proto;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes the table that {@link ProtoSchema} reads, from Envoy's own descriptors. */
final class SchemaTable {
    /** Istio's own messages, whose protos are in no jar; field numbers as in istio/proxy's sources. */
    private static final List<String> ISTIO = List.of(
            "M\tio.istio.http.peer_metadata.Config"
                    + "\t1:downstream_discovery:m*:io.istio.http.peer_metadata.Config.DiscoveryMethod"
                    + "\t2:upstream_discovery:m*:io.istio.http.peer_metadata.Config.DiscoveryMethod"
                    + "\t3:downstream_propagation:m*:io.istio.http.peer_metadata.Config.PropagationMethod"
                    + "\t4:upstream_propagation:m*:io.istio.http.peer_metadata.Config.PropagationMethod"
                    + "\t5:shared_with_upstream:z\t6:additional_labels:s*",
            "M\tio.istio.http.peer_metadata.Config.Baggage",
            "M\tio.istio.http.peer_metadata.Config.WorkloadDiscovery",
            "M\tio.istio.http.peer_metadata.Config.IstioHeaders\t1:skip_external_clusters:z",
            "M\tio.istio.http.peer_metadata.Config.DiscoveryMethod"
                    + "\t1:baggage:m:io.istio.http.peer_metadata.Config.Baggage:method"
                    + "\t2:workload_discovery:m:io.istio.http.peer_metadata.Config.WorkloadDiscovery:method"
                    + "\t3:istio_headers:m:io.istio.http.peer_metadata.Config.IstioHeaders:method",
            "M\tio.istio.http.peer_metadata.Config.PropagationMethod"
                    + "\t1:istio_headers:m:io.istio.http.peer_metadata.Config.IstioHeaders:method"
                    + "\t2:baggage:m:io.istio.http.peer_metadata.Config.Baggage:method",
            "M\tstats.MetricConfig\t1:dimensions:kss\t2:name:s\t3:tags_to_remove:s*\t4:match:s\t5:drop:z",
            "M\tstats.MetricDefinition\t1:name:s\t2:value:s\t3:type:i",
            "M\tstats.PluginConfig\t6:disable_host_header_fallback:z"
                    + "\t7:tcp_reporting_duration:m:google.protobuf.Duration\t8:metrics:m*:stats.MetricConfig"
                    + "\t9:definitions:m*:stats.MetricDefinition\t10:reporter:e:stats.Reporter"
                    + "\t11:rotation_interval:m:google.protobuf.Duration"
                    + "\t12:graceful_deletion_interval:m:google.protobuf.Duration",
            "E\tstats.Reporter\tUNSPECIFIED=0\tSERVER_GATEWAY=1",
            "M\tenvoy.tcp.metadataexchange.config.MetadataExchange\t1:protocol:s\t2:enable_discovery:z"
                    + "\t3:additional_labels:s*");

    /** Fields of Envoy 1.37 that the descriptors at hand, of 1.33, do not have yet, and what Istio 1.31 sends or a policy may depend on. */
    private static final Map<String, String> NEWER = Map.of(
            "envoy.config.trace.v3.ZipkinConfig",
            "\t8:trace_context_option:e:envoy.config.trace.v3.ZipkinConfig.TraceContextOption"
                    + "\t9:collector_service:m:envoy.config.core.v3.HttpService",
            "envoy.config.rbac.v3.Policy",
            "\t5:cel_config:m:envoy.config.core.v3.CelExpressionConfig",
            "envoy.config.route.v3.RouteMatch",
            "\t17:cookies:m*:envoy.config.route.v3.CookieMatcher",
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "\t59:stream_flush_timeout:m:google.protobuf.Duration"
                    + "\t60:forward_client_cert_matcher:m:xds.type.matcher.v3.Matcher",
            "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
            "\t3:enable_ja4_fingerprinting:m:google.protobuf.BoolValue"
                    + "\t4:close_connection_on_client_hello_parsing_errors:z"
                    + "\t5:max_client_hello_size:m:google.protobuf.UInt32Value");

    private static final List<String> NEW = List.of(
            "E\tenvoy.config.trace.v3.ZipkinConfig.TraceContextOption\tUSE_B3=0\tUSE_B3_WITH_W3C_PROPAGATION=1",
            "M\tenvoy.config.core.v3.CelExpressionConfig\t1:enable_string_conversion:z\t2:enable_string_concat:z"
                    + "\t3:enable_string_functions:z",
            "M\tenvoy.config.route.v3.CookieMatcher\t1:name:s\t2:string_match:m:envoy.type.matcher.v3.StringMatcher"
                    + "\t3:invert_match:z");

    private final TreeMap<String, String> lines = new TreeMap<>();
    private final Deque<Descriptor> todo = new ArrayDeque<>();

    static String of(List<Descriptor> roots) {
        SchemaTable table = new SchemaTable();
        Stream.concat(ISTIO.stream(), NEW.stream()).forEach(line -> table.lines.put(line.split("\t")[1], line));
        table.todo.addAll(roots);
        while (!table.todo.isEmpty()) {
            table.message(table.todo.poll());
        }
        return String.join("\n", table.lines.values()) + "\n";
    }

    private void message(Descriptor message) {
        if (lines.containsKey(message.getFullName())) {
            return;
        }
        StringBuilder line = new StringBuilder("M\t").append(message.getFullName());
        lines.put(message.getFullName(), "");
        for (FieldDescriptor field : message.getFields()) {
            line.append('\t').append(field(field));
        }
        line.append(NEWER.getOrDefault(message.getFullName(), ""));
        lines.put(message.getFullName(), line.toString());
    }

    private String field(FieldDescriptor field) {
        FieldDescriptor value = field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
        String kind = field.isMapField()
                ? "k" + letter(field.getMessageType().findFieldByNumber(1)) + letter(value)
                : letter(field) + (field.isRepeated() ? "*" : "");
        String type = "";
        if (value.getType() == FieldDescriptor.Type.MESSAGE) {
            type = value.getMessageType().getFullName();
            todo.add(value.getMessageType());
        } else if (value.getType() == FieldDescriptor.Type.ENUM) {
            type = value.getEnumType().getFullName();
            enumeration(value.getEnumType());
        }
        String oneof = field.getRealContainingOneof() == null
                ? ""
                : field.getRealContainingOneof().getName();
        String text = field.getNumber() + ":" + field.getName() + ":" + kind + ":" + type + ":" + oneof;
        return text.replaceAll(":+$", "");
    }

    private void enumeration(EnumDescriptor type) {
        StringBuilder line = new StringBuilder("E\t").append(type.getFullName());
        for (EnumValueDescriptor value : type.getValues()) {
            line.append('\t').append(value.getName()).append('=').append(value.getNumber());
        }
        lines.put(type.getFullName(), line.toString());
    }

    private static String letter(FieldDescriptor field) {
        return switch (field.getType()) {
            case STRING -> "s";
            case BYTES -> "b";
            case BOOL -> "z";
            case INT32 -> "i";
            case INT64 -> "j";
            case UINT32 -> "u";
            case UINT64 -> "v";
            case FLOAT -> "f";
            case DOUBLE -> "d";
            case ENUM -> "e";
            case MESSAGE -> "m";
            case FIXED32 -> "F";
            case FIXED64 -> "G";
            case SINT32 -> "S";
            case SINT64 -> "T";
            case SFIXED32, SFIXED64, GROUP -> throw new IllegalStateException(field.getFullName());
        };
    }
}
