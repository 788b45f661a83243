package dev.lateen.proxy.xds;

import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.model.AccessLogConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.accesslog.v3.AccessLog} to a file, stdout or stderr. */
final class AccessLogDecoder {
    /** Envoy's own default format. */
    static final String DEFAULT_FORMAT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE%"
                    + " %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"
                    + " \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
                    + " \"%UPSTREAM_HOST%\"\n";

    private static final String CEL = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter";

    private AccessLogDecoder() {}

    static List<AccessLogConfig> decode(List<ProtoNode> nodes) {
        return nodes.stream().map(AccessLogDecoder::one).toList();
    }

    private static AccessLogConfig one(ProtoNode node) {
        node.ignoring("name");
        ProtoNode any = node.requiredMessage("typed_config");
        Filter filter = filter(node.message("filter"));
        String type = any.anyType();
        return switch (type) {
            case "envoy.extensions.access_loggers.file.v3.FileAccessLog" -> file(any.unpack(), filter);
            case "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog" ->
                stream(any.unpack(), "/dev/stdout", filter);
            case "envoy.extensions.access_loggers.stream.v3.StderrAccessLog" ->
                stream(any.unpack(), "/dev/stderr", filter);
            default -> throw node.unsupported("typed_config", type, "FileAccessLog, StdoutAccessLog, StderrAccessLog");
        };
    }

    private record Filter(
            int minimumStatus,
            boolean onlyFlagged,
            @Nullable Expression condition) {}

    private static Filter filter(@Nullable ProtoNode node) {
        if (node == null) {
            return new Filter(0, false, null);
        }
        ProtoNode status = node.message("status_code_filter");
        if (status != null) {
            return new Filter(minimumStatus(status.requiredMessage("comparison")), false, null);
        }
        ProtoNode flags = node.message("response_flag_filter");
        if (flags != null && flags.texts("flags").isEmpty()) {
            return new Filter(0, true, null);
        }
        ProtoNode extension = node.message("extension_filter");
        if (extension != null) {
            return new Filter(0, false, condition(extension.ignoring("name")));
        }
        throw node.error(
                "filter_specifier",
                "not supported (accepted: status_code_filter with GE, response_flag_filter without flags,"
                        + " extension_filter with a CEL expression)");
    }

    private static Expression condition(ProtoNode extension) {
        ProtoNode any = extension.requiredMessage("typed_config");
        if (!any.anyType().equals(CEL)) {
            throw extension.unsupported("typed_config", any.anyType(), CEL);
        }
        ProtoNode filter = any.unpack();
        return MatcherDecoder.expression(filter, "expression", filter.required("expression"));
    }

    private static int minimumStatus(ProtoNode comparison) {
        if (!comparison.choice("op").equals("GE")) {
            throw comparison.unsupported("op", comparison.choice("op"), "GE");
        }
        return (int) comparison.requiredMessage("value").ignoring("runtime_key").number("default_value");
    }

    private static AccessLogConfig file(ProtoNode node, Filter filter) {
        String path = node.required("path");
        if (node.has("format")) {
            return new AccessLogConfig(
                    path, node.text("format"), null, filter.minimumStatus, filter.onlyFlagged, filter.condition);
        }
        ProtoNode json = node.has("json_format") ? node.message("json_format") : node.message("typed_json_format");
        if (json != null) {
            return new AccessLogConfig(
                    path, null, json(json), filter.minimumStatus, filter.onlyFlagged, filter.condition);
        }
        return formatted(path, node.message("log_format"), filter);
    }

    private static AccessLogConfig stream(ProtoNode node, String path, Filter filter) {
        return formatted(path, node.message("log_format"), filter);
    }

    private static AccessLogConfig formatted(String path, @Nullable ProtoNode format, Filter filter) {
        if (format == null) {
            return new AccessLogConfig(
                    path, DEFAULT_FORMAT, null, filter.minimumStatus, filter.onlyFlagged, filter.condition);
        }
        // REQ_WITHOUT_QUERY and METADATA are formatters that Istio names; the rest of the options changes looks only.
        format.ignoring("omit_empty_values", "formatters", "json_format_options", "content_type");
        ProtoNode json = format.message("json_format");
        if (json != null) {
            return new AccessLogConfig(
                    path, null, json(json), filter.minimumStatus, filter.onlyFlagged, filter.condition);
        }
        ProtoNode source = format.message("text_format_source");
        String text = source == null
                ? format.text("text_format")
                : DataSources.text(source, new DecodeScope(FileSource.NONE));
        return new AccessLogConfig(path, text, null, filter.minimumStatus, filter.onlyFlagged, filter.condition);
    }

    private static Map<String, String> json(ProtoNode struct) {
        Map<String, String> format = new LinkedHashMap<>();
        Structs.toMap(struct).forEach((key, value) -> {
            if (!(value instanceof String text)) {
                throw struct.error(key, "no text (accepted: one level of format texts)");
            }
            format.put(key, text);
        });
        return format;
    }
}
