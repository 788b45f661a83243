package dev.lateen.istiod.translate.listener;

import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.api.mesh.ExtensionProvider;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.istiod.model.TelemetryRules;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.NumericNode;
import tools.jackson.databind.node.ObjectNode;

/** Access logs to files, in Istio's format unless another is given. */
public final class AccessLogs {
    /** Istio's default format. */
    public static final String TEXT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE%"
                    + " %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS%"
                    + " \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\""
                    + " \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW%"
                    + " %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS%"
                    + " %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    private static final List<String> JSON = List.of(
            "start_time=%START_TIME%",
            "method=%REQ(:METHOD)%",
            "path=%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
            "protocol=%PROTOCOL%",
            "response_code=%RESPONSE_CODE%",
            "response_flags=%RESPONSE_FLAGS%",
            "response_code_details=%RESPONSE_CODE_DETAILS%",
            "connection_termination_details=%CONNECTION_TERMINATION_DETAILS%",
            "upstream_transport_failure_reason=%UPSTREAM_TRANSPORT_FAILURE_REASON%",
            "bytes_received=%BYTES_RECEIVED%",
            "bytes_sent=%BYTES_SENT%",
            "duration=%DURATION%",
            "upstream_service_time=%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
            "x_forwarded_for=%REQ(X-FORWARDED-FOR)%",
            "user_agent=%REQ(USER-AGENT)%",
            "request_id=%REQ(X-REQUEST-ID)%",
            "authority=%REQ(:AUTHORITY)%",
            "upstream_host=%UPSTREAM_HOST%",
            "upstream_cluster=%UPSTREAM_CLUSTER_RAW%",
            "upstream_local_address=%UPSTREAM_LOCAL_ADDRESS%",
            "downstream_local_address=%DOWNSTREAM_LOCAL_ADDRESS%",
            "downstream_remote_address=%DOWNSTREAM_REMOTE_ADDRESS%",
            "requested_server_name=%REQUESTED_SERVER_NAME%",
            "route_name=%ROUTE_NAME%");

    private static final String WITHOUT_QUERY = "%REQ_WITHOUT_QUERY";

    private static final AccessLogFilter NO_CHAIN = AccessLogFilter.newBuilder()
            .setResponseFlagFilter(ResponseFlagFilter.newBuilder().addFlags("NR"))
            .build();

    private AccessLogs() {}

    static List<AccessLog> of(ProxyView view, boolean inbound) {
        return of(view, inbound, Optional.empty());
    }

    /** The same for connections that no filter chain of a listener takes, of which nobody else could tell. */
    static List<AccessLog> ofListener(ProxyView view, boolean inbound) {
        return view.snapshot().mesh().telemetry().disableEnvoyListenerLog()
                ? List.of()
                : of(view, inbound, Optional.of(NO_CHAIN));
    }

    private static List<AccessLog> of(ProxyView view, boolean inbound, Optional<AccessLogFilter> only) {
        return view.telemetry().accessLogs(inbound).stream()
                .map(log -> file(log, view.snapshot().mesh(), only))
                .toList();
    }

    private static AccessLog file(TelemetryRules.AccessLog log, MeshConfig mesh, Optional<AccessLogFilter> only) {
        ExtensionProvider.FileAccessLog to =
                java.util.Objects.requireNonNull(log.provider().envoyFileAccessLog());
        AccessLog.Builder out = AccessLog.newBuilder()
                .setName("envoy.access_loggers.file")
                .setTypedConfig(Protos.any(FileAccessLog.newBuilder()
                        .setPath(to.path())
                        .setLogFormat(format(to, mesh, log.ofMesh()))
                        .build()));
        List<AccessLogFilter> filters = new ArrayList<>();
        only.ifPresent(filters::add);
        if (!log.filter().isEmpty()) {
            filters.add(expression(log.filter()));
        }
        return switch (filters.size()) {
            case 0 -> out.build();
            case 1 -> out.setFilter(filters.getFirst()).build();
            default ->
                out.setFilter(AccessLogFilter.newBuilder()
                                .setAndFilter(AndFilter.newBuilder().addAllFilters(filters)))
                        .build();
        };
    }

    private static AccessLogFilter expression(String text) {
        return AccessLogFilter.newBuilder()
                .setExtensionFilter(ExtensionFilter.newBuilder()
                        .setName("envoy.access_loggers.extension_filters.cel")
                        .setTypedConfig(Protos.any(ExpressionFilter.newBuilder()
                                .setExpression(text)
                                .build())))
                .build();
    }

    private static SubstitutionFormatString format(
            ExtensionProvider.FileAccessLog to, MeshConfig mesh, boolean ofMesh) {
        SubstitutionFormatString.Builder format =
                SubstitutionFormatString.newBuilder().setOmitEmptyValues(to.omitEmptyValues());
        ExtensionProvider.LogFormat own = to.logFormat();
        if (own != null && own.labels() != null) {
            return json(format, own.labels().isEmpty() ? defaultJson() : struct(own.labels()));
        }
        if (own != null && own.text() != null && !own.text().isEmpty()) {
            return text(format, own.text());
        }
        // A provider of its own is not concerned by the mesh's format.
        if (!ofMesh || to.omitEmptyValues()) {
            return text(format, TEXT);
        }
        return mesh.telemetry().accessLogEncoding() == MeshConfig.AccessLogEncoding.JSON
                ? json(format, meshJson(mesh.telemetry().accessLogFormat()))
                : text(
                        format,
                        mesh.telemetry().accessLogFormat().isEmpty()
                                ? TEXT
                                : mesh.telemetry().accessLogFormat());
    }

    private static SubstitutionFormatString json(SubstitutionFormatString.Builder format, Struct fields) {
        boolean withoutQuery = fields.getFieldsMap().values().stream().anyMatch(AccessLogs::isWithoutQuery);
        return formatters(format.setJsonFormat(fields), withoutQuery).build();
    }

    private static boolean isWithoutQuery(Value value) {
        return value.getStringValue().contains(WITHOUT_QUERY)
                || value.getStructValue().getFieldsMap().values().stream().anyMatch(AccessLogs::isWithoutQuery)
                || value.getListValue().getValuesList().stream().anyMatch(AccessLogs::isWithoutQuery);
    }

    private static SubstitutionFormatString text(SubstitutionFormatString.Builder format, String text) {
        return formatters(
                        format.setTextFormatSource(inline(text.endsWith("\n") ? text : text + "\n")),
                        text.contains(WITHOUT_QUERY))
                .build();
    }

    private static SubstitutionFormatString.Builder formatters(
            SubstitutionFormatString.Builder format, boolean withoutQuery) {
        return withoutQuery
                ? format.addFormatters(TypedExtensionConfig.newBuilder()
                        .setName("envoy.formatter.req_without_query")
                        .setTypedConfig(Protos.any(ReqWithoutQuery.getDefaultInstance())))
                : format;
    }

    // With JSON the mesh's format is a JSON object; what is none leaves Istio's own.
    private static Struct meshJson(String format) {
        if (format.isEmpty()) {
            return defaultJson();
        }
        try {
            return JsonMapper.shared().readTree(format) instanceof ObjectNode node ? struct(node) : defaultJson();
        } catch (JacksonException e) {
            return defaultJson();
        }
    }

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    private static Struct defaultJson() {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (String entry : JSON) {
            int equals = entry.indexOf('=');
            fields.put(entry.substring(0, equals), Protos.text(entry.substring(equals + 1)));
        }
        return Protos.struct(fields);
    }

    private static Struct struct(ObjectNode node) {
        Map<String, Value> fields = new LinkedHashMap<>();
        node.properties().forEach(p -> fields.put(p.getKey(), value(p.getValue())));
        return Protos.struct(fields);
    }

    private static Value value(JsonNode node) {
        return switch (node) {
            case ObjectNode inner -> Protos.value(struct(inner));
            case ArrayNode list ->
                Protos.list(list.valueStream().map(AccessLogs::value).toList());
            case NumericNode number ->
                Value.newBuilder().setNumberValue(number.doubleValue()).build();
            case BooleanNode flag ->
                Value.newBuilder().setBoolValue(flag.booleanValue()).build();
            case NullNode _ ->
                Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
            default -> Protos.text(node.asString());
        };
    }
}
