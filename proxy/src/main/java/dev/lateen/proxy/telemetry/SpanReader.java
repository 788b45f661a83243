package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HttpConnectionManager.CustomTag;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import dev.lateen.proxy.telemetry.FinishedSpan.Tag;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a span off an exchange that is over, with the tags that Envoy gives its spans. */
final class SpanReader {
    private final String nodeId;

    SpanReader(String nodeId) {
        this.nodeId = nodeId;
    }

    FinishedSpan read(ExchangeFacts exchange, Span context, boolean server, Tracing config) {
        long end = exchange.completeNanos() == StreamFacts.NEVER ? exchange.startNanos() : exchange.completeNanos();
        return new FinishedSpan(
                context,
                server,
                name(exchange),
                exchange.startEpochMillis(),
                Math.max(1, (end - exchange.startNanos()) / 1000),
                tags(exchange, config));
    }

    private static String name(ExchangeFacts exchange) {
        String operation = exchange.operation();
        return operation == null ? exchange.request().authority() : operation;
    }

    private List<Tag> tags(ExchangeFacts exchange, Tracing config) {
        List<Tag> tags = new ArrayList<>(20 + config.customTags().size());
        tag(tags, "component", "proxy");
        tag(tags, "node_id", nodeId);
        request(tags, exchange, config);
        Cluster cluster = exchange.cluster();
        if (cluster != null) {
            tag(tags, "upstream_cluster", cluster.name());
            tag(tags, "upstream_cluster.name", cluster.statName());
        }
        HeaderMap headers = exchange.request().headers();
        header(tags, headers, "guid:x-request-id", "x-request-id", null);
        header(tags, headers, "guid:x-client-trace-id", "x-client-trace-id", null);
        header(tags, headers, "user_agent", "user-agent", "-");
        header(tags, headers, "downstream_cluster", "x-envoy-downstream-service-cluster", "-");
        for (CustomTag tag : config.customTags()) {
            String value = value(tag, headers);
            if (!value.isEmpty()) {
                tag(tags, tag.tag(), value);
            }
        }
        if (exchange.responseStatus() >= 500 || exchange.responseStatus() == 0) {
            tag(tags, "error", "true");
        }
        tag(tags, "http.status_code", String.valueOf(exchange.responseStatus()));
        return tags;
    }

    private static void request(List<Tag> tags, ExchangeFacts exchange, Tracing config) {
        tag(tags, "http.method", exchange.request().method());
        tag(
                tags,
                "http.url",
                exchange.request().scheme() + "://" + exchange.request().authority()
                        + cut(exchange.originalPath(), config.maxPathTagLength()));
        tag(tags, "http.protocol", exchange.request().protocol().text());
        tag(tags, "request_size", String.valueOf(exchange.receivedBytes()));
        tag(tags, "response_size", String.valueOf(exchange.sentBytes()));
        String flags = ResponseFlag.text(exchange.responseFlags());
        tag(tags, "response_flags", flags == null ? "-" : flags);
        tag(tags, "peer.address", exchange.connection().remoteAddress().getHostString());
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
    private static void header(List<Tag> tags, HeaderMap headers, String tag, String name, @Nullable String absent) {
        // Values are views of what was read.
        String found = headers.getString(name);
        String value = found == null ? absent : found;
        if (value != null) {
            tag(tags, tag, value);
        }
    }

    private static void tag(List<Tag> tags, String name, String value) {
        tags.add(new Tag(name, value));
    }
}
