package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.model.AccessLogConfig;
import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.model.JsonFormat;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.Structs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.accesslog.v3.AccessLog} to a file, stdout or stderr. */
final class AccessLogDecoder {
    /** Envoy's own default format. */
    static final String DEFAULT_FORMAT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE%"
                    + " %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"
                    + " \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
                    + " \"%UPSTREAM_HOST%\"\n";

    private AccessLogDecoder() {}

    /** A log that can't be written here is left out and costs nothing else. */
    static List<AccessLogConfig> decode(List<ProtoNode> nodes, DecodeScope scope) {
        List<AccessLogConfig> logs = new ArrayList<>();
        for (ProtoNode node : nodes) {
            AccessLogConfig log = scope.orElse(() -> one(node), thrown -> {
                scope.leftOut(node, "access log " + node.text("name"), ConfigException.reason(thrown));
                return null;
            });
            if (log != null) {
                if (log.filter() != null) {
                    KnownAttributes.check(log.filter(), node, scope);
                }
                logs.add(log);
            }
        }
        return logs;
    }

    private static @Nullable AccessLogConfig one(ProtoNode node) {
        node.ignoring("name");
        ProtoNode any = node.requiredMessage("typed_config");
        ProtoNode filterNode = node.message("filter");
        AccessLogFilter filter = filterNode == null ? null : AccessLogFilterDecoder.decode(filterNode);
        String type = any.anyType();
        return switch (type) {
            case "envoy.extensions.access_loggers.file.v3.FileAccessLog" -> file(any.unpack(), filter);
            case "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog" ->
                stream(any.unpack(), "/dev/stdout", filter);
            case "envoy.extensions.access_loggers.stream.v3.StderrAccessLog" ->
                stream(any.unpack(), "/dev/stderr", filter);
            default ->
                throw node.beyondUs(
                        "typed_config", type + " (accepted: FileAccessLog, StdoutAccessLog, StderrAccessLog)");
        };
    }

    private static AccessLogConfig file(ProtoNode node, @Nullable AccessLogFilter filter) {
        String path = node.required("path");
        if (node.has("format")) {
            return new AccessLogConfig(path, text(node, "format", node.text("format")), null, false, filter);
        }
        ProtoNode json = node.has("json_format") ? node.message("json_format") : node.message("typed_json_format");
        if (json != null) {
            return new AccessLogConfig(path, null, json(json), false, filter);
        }
        return formatted(path, node.message("log_format"), filter);
    }

    private static AccessLogConfig stream(ProtoNode node, String path, @Nullable AccessLogFilter filter) {
        return formatted(path, node.message("log_format"), filter);
    }

    private static AccessLogConfig formatted(
            String path, @Nullable ProtoNode format, @Nullable AccessLogFilter filter) {
        if (format == null) {
            return new AccessLogConfig(path, DEFAULT_FORMAT, null, false, filter);
        }
        // REQ_WITHOUT_QUERY and METADATA are formatters that Istio names; the options of JSON are for the order of
        // keys.
        format.ignoring("formatters", "json_format_options", "content_type");
        boolean omitEmpty = format.flag("omit_empty_values");
        ProtoNode json = format.message("json_format");
        if (json != null) {
            return new AccessLogConfig(path, null, json(json), omitEmpty, filter);
        }
        ProtoNode source = format.message("text_format_source");
        String text = source == null
                ? format.text("text_format")
                : DataSources.text(source, new DecodeScope(FileSource.NONE));
        return new AccessLogConfig(path, text(format, "text_format_source", text), null, omitEmpty, filter);
    }

    private static String text(ProtoNode node, String field, String format) {
        try {
            SubstitutionFormat.compile(format);
            return format;
        } catch (IllegalArgumentException e) {
            throw node.error(field, String.valueOf(e.getMessage()));
        }
    }

    private static JsonFormat.Fields json(ProtoNode struct) {
        JsonFormat.Fields fields = (JsonFormat.Fields) JsonFormat.of(Structs.toMap(struct));
        check(struct, fields);
        return fields;
    }

    private static void check(ProtoNode struct, JsonFormat format) {
        switch (format) {
            case JsonFormat.Text text -> text(struct, "fields", text.format());
            case JsonFormat.Constant _ -> {}
            case JsonFormat.Items items -> items.items().forEach(item -> check(struct, item));
            case JsonFormat.Fields fields -> fields.fields().values().forEach(value -> check(struct, value));
        }
    }
}
