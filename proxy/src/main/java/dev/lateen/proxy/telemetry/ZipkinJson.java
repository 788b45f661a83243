package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.JsonText;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HttpConnectionManager.CustomTag;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import org.jspecify.annotations.Nullable;

/** Writes a span as one object of Zipkin's v2 JSON (openzipkin/zipkin-api), with the tags that Envoy gives its spans. */
final class ZipkinJson {
    private final String serviceName;
    private final String nodeId;

    /** @param serviceName the node's cluster, such as {@code productpage.default} */
    ZipkinJson(String serviceName, String nodeId) {
        this.serviceName = serviceName;
        this.nodeId = nodeId;
    }

    String write(ExchangeFacts exchange, Span span, boolean server, Tracing config) {
        StringBuilder out = new StringBuilder(1024).append('{');
        field(out, "traceId", span.traceId());
        field(out, "id", span.id());
        if (span.parentId() != null) {
            field(out, "parentId", span.parentId());
        }
        field(out, "kind", server ? "SERVER" : "CLIENT");
        field(out, "name", name(exchange));
        long end = exchange.completeNanos() == StreamFacts.NEVER ? exchange.startNanos() : exchange.completeNanos();
        out.append("\"timestamp\":").append(exchange.startEpochMillis() * 1000);
        out.append(",\"duration\":").append(Math.max(1, (end - exchange.startNanos()) / 1000));
        if (span.shared()) {
            out.append(",\"shared\":true");
        }
        if (span.debug()) {
            out.append(",\"debug\":true");
        }
        out.append(",\"localEndpoint\":{\"serviceName\":");
        JsonText.quote(out, serviceName);
        out.append("},\"tags\":{");
        tags(out, exchange, config);
        return out.append("}}").toString();
    }

    private static String name(ExchangeFacts exchange) {
        String operation = exchange.operation();
        return operation == null ? exchange.request().authority() : operation;
    }

    private void tags(StringBuilder out, ExchangeFacts exchange, Tracing config) {
        HeaderMap headers = exchange.request().headers();
        field(out, "component", "proxy");
        field(out, "node_id", nodeId);
        field(out, "http.method", exchange.request().method());
        field(
                out,
                "http.url",
                exchange.request().scheme() + "://" + exchange.request().authority()
                        + cut(exchange.originalPath(), config.maxPathTagLength()));
        field(out, "http.protocol", exchange.request().protocol().text());
        field(out, "request_size", String.valueOf(exchange.receivedBytes()));
        field(out, "response_size", String.valueOf(exchange.sentBytes()));
        String flags = ResponseFlag.text(exchange.responseFlags());
        field(out, "response_flags", flags == null ? "-" : flags);
        field(out, "peer.address", exchange.connection().remoteAddress().getHostString());
        Cluster cluster = exchange.cluster();
        if (cluster != null) {
            field(out, "upstream_cluster", cluster.name());
            field(out, "upstream_cluster.name", cluster.statName());
        }
        header(out, headers, "guid:x-request-id", "x-request-id", null);
        header(out, headers, "guid:x-client-trace-id", "x-client-trace-id", null);
        header(out, headers, "user_agent", "user-agent", "-");
        header(out, headers, "downstream_cluster", "x-envoy-downstream-service-cluster", "-");
        for (CustomTag tag : config.customTags()) {
            String value = value(tag, headers);
            if (!value.isEmpty()) {
                field(out, tag.tag(), value);
            }
        }
        if (exchange.responseStatus() >= 500 || exchange.responseStatus() == 0) {
            field(out, "error", "true");
        }
        out.append("\"http.status_code\":");
        JsonText.quote(out, String.valueOf(exchange.responseStatus()));
    }

    private static String value(CustomTag tag, HeaderMap headers) {
        return switch (tag) {
            case CustomTag.Literal literal -> literal.value();
            // Its value was put in its place when the tracer was made.
            case CustomTag.Environment environment -> environment.defaultValue();
            case CustomTag.RequestHeader header -> {
                String value = headers.getString(header.name());
                yield value == null ? header.defaultValue() : value;
            }
        };
    }

    private static String cut(String path, int most) {
        return path.length() <= most ? path : path.substring(0, most);
    }

    /** @param absent the tag's value without the header; null for no tag */
    private static void header(StringBuilder out, HeaderMap headers, String tag, String name, @Nullable String absent) {
        CharSequence found = headers.get(name);
        CharSequence value = found == null ? absent : found;
        if (value != null) {
            JsonText.quote(out, tag);
            out.append(':');
            JsonText.quote(out, value);
            out.append(',');
        }
    }

    private static void field(StringBuilder out, String name, String value) {
        JsonText.quote(out, name);
        out.append(':');
        JsonText.quote(out, value);
        out.append(',');
    }
}
