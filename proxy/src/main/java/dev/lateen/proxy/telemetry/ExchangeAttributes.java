package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.expression.Attributes;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.StreamFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Envoy's attributes of an exchange. */
record ExchangeAttributes(ExchangeFacts exchange) implements Attributes {
    @Override
    public @Nullable Object get(String root, String field) {
        return switch (root) {
            case "request" -> request(field);
            case "response" -> response(field);
            case "upstream" -> upstream(field);
            case "xds" -> xds(field);
            case "downstream_peer" -> peer(exchange.downstreamPeer(), field);
            case "upstream_peer" -> peer(exchange.upstreamPeer(), field);
            default -> ConnectionAttributes.get(exchange.connection(), exchange.clientAddress(), root, field);
        };
    }

    private @Nullable Object request(String field) {
        RequestHead head = exchange.request();
        return switch (field) {
            case "path" -> head.path();
            case "url_path" -> head.pathWithoutQuery();
            case "query" -> query(head.path());
            case "host" -> head.authority();
            case "scheme" -> head.scheme();
            case "method" -> head.method();
            case "headers" -> (Fields) name -> pseudoOr(head, name.toLowerCase(Locale.ROOT));
            case "referer" -> text(head.headers(), "referer");
            case "useragent" -> text(head.headers(), "user-agent");
            case "id" -> text(head.headers(), "x-request-id");
            case "protocol" -> head.protocol().toString();
            case "size" -> exchange.receivedBytes();
            case "time" -> Instant.ofEpochMilli(exchange.startEpochMillis());
            case "duration" -> duration();
            default -> null;
        };
    }

    private static @Nullable Object pseudoOr(RequestHead head, String name) {
        return switch (name) {
            case ":method" -> head.method();
            case ":path" -> head.path();
            case ":authority", "host" -> head.authority();
            case ":scheme" -> head.scheme();
            default -> text(head.headers(), name);
        };
    }

    private static String query(String path) {
        int mark = path.indexOf('?');
        return mark < 0 ? "" : path.substring(mark + 1);
    }

    private @Nullable Object duration() {
        return exchange.completeNanos() == StreamFacts.NEVER
                ? null
                : Duration.ofNanos(exchange.completeNanos() - exchange.startNanos());
    }

    private @Nullable Object backendLatency() {
        long sent = exchange.upstreamFirstByteSentNanos();
        long received = exchange.upstreamFirstByteReceivedNanos();
        return sent == StreamFacts.NEVER || received == StreamFacts.NEVER ? null : Duration.ofNanos(received - sent);
    }

    private @Nullable Object response(String field) {
        return switch (field) {
            case "code" -> exchange.responseStatus() == 0 ? null : (long) exchange.responseStatus();
            case "code_details" -> exchange.responseCodeDetails().isEmpty() ? null : exchange.responseCodeDetails();
            case "flags" -> (long) exchange.responseFlags();
            case "grpc_status" -> grpcStatus();
            case "headers" ->
                (Fields) name -> text(
                        exchange.response() == null ? null : exchange.response().headers(), name);
            case "trailers" -> (Fields) name -> text(exchange.responseTrailers(), name);
            case "size" -> exchange.sentBytes();
            case "backend_latency" -> backendLatency();
            default -> null;
        };
    }

    private @Nullable Object grpcStatus() {
        String text = SeriesKey.grpcStatus(exchange);
        return text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9') ? null : (Object) Long.valueOf(text);
    }

    private static @Nullable String text(@Nullable HeaderMap headers, String name) {
        CharSequence value = headers == null ? null : headers.getJoined(name.toLowerCase(Locale.ROOT));
        return value == null ? null : value.toString();
    }

    private @Nullable Object upstream(String field) {
        return switch (field) {
            case "request_attempt_count" -> (long) exchange.attempts();
            default -> ConnectionAttributes.upstream(exchange, field);
        };
    }

    private @Nullable Object xds(String field) {
        return switch (field) {
            case "cluster_name" ->
                exchange.cluster() == null ? null : exchange.cluster().name();
            case "route_name" ->
                exchange.route() == null ? null : exchange.route().name();
            case "virtual_host_name" -> exchange.virtualHostName().isEmpty() ? null : exchange.virtualHostName();
            case "listener_direction" -> exchange.connection().inbound() ? 1L : 2L;
            default -> null;
        };
    }

    private static @Nullable Object peer(PeerMetadata peer, String field) {
        return switch (field) {
            case "workload" -> peer.workload();
            case "namespace" -> peer.namespace();
            case "cluster" -> peer.cluster();
            case "service" -> peer.canonicalService();
            case "revision" -> peer.canonicalRevision();
            case "app" -> peer.app();
            case "version" -> peer.version();
            default -> null;
        };
    }
}
