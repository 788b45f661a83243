package dev.lateen.proxy.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager}, its fields in groups.
 *
 * @param filters without those that have nothing to do; the last is a {@link HttpFilterConfig.Router}
 * @param server what the {@code server} header says
 */
public record HttpConnectionManager(
        String statPrefix,
        RouteSource routes,
        List<HttpFilterConfig> filters,
        Reporting reporting,
        Server server,
        Forwarded forwarded,
        Normalization normalization,
        ClientProtocol client,
        Timeouts timeouts,
        Limits limits)
        implements TerminalFilter {
    public HttpConnectionManager {
        filters = List.copyOf(filters);
    }

    /**
     * What is told of requests, and the ids by which they are found again.
     *
     * @param tracing null when off
     * @param generateRequestId whether a request without {@code x-request-id} gets one
     * @param preserveExternalRequestId whether one that comes from outside is kept
     */
    public record Reporting(
            List<AccessLogConfig> accessLogs,
            @Nullable Tracing tracing,
            boolean generateRequestId,
            boolean preserveExternalRequestId) {
        public Reporting {
            accessLogs = List.copyOf(accessLogs);
        }
    }

    /** The {@code server} header. @param name its value @param header what becomes of an upstream's own */
    public record Server(String name, ServerHeader header) {}

    /**
     * What is believed of those before us, and told of them.
     *
     * @param xffNumTrustedHops hops of {@code X-Forwarded-For} to trust
     * @param appendXForwardedPort whether {@code x-forwarded-port} tells the port that the client came to; only with {@code useRemoteAddress}
     * @param internalAddresses whose requests count as internal; none unless configured, as in Envoy since 1.33
     */
    public record Forwarded(
            boolean useRemoteAddress,
            int xffNumTrustedHops,
            boolean skipXffAppend,
            boolean appendXForwardedPort,
            ForwardClientCert forwardClientCert,
            List<Cidr> internalAddresses) {
        public Forwarded {
            internalAddresses = List.copyOf(internalAddresses);
        }
    }

    /** What is done to path and host before anything decides by them. */
    public record Normalization(
            boolean normalizePath,
            boolean mergeSlashes,
            EscapedSlashes escapedSlashes,
            boolean stripMatchingHostPort,
            boolean stripAnyHostPort) {}

    /**
     * How long something may take; zero for any time.
     *
     * @param streamIdle of a stream on which nothing happens (Envoy's default of 5 min is filled in by the decoder)
     * @param request until a request has come whole
     * @param requestHeaders until a request's head has come whole
     * @param idle of a connection without streams (default 1 h)
     * @param maxConnectionDuration until a connection is drained
     * @param drain between the two GOAWAY frames of an HTTP/2 connection
     */
    public record Timeouts(
            Duration streamIdle,
            Duration request,
            Duration requestHeaders,
            Duration idle,
            Duration maxConnectionDuration,
            Duration drain) {}

    /**
     * How much a client may send.
     *
     * @param maxRequestHeadersKib in KiB, default 60: above it 431
     * @param maxHeadersCount default 100: above it 431
     * @param maxConcurrentStreams of one HTTP/2 connection
     */
    public record Limits(int maxRequestHeadersKib, int maxHeadersCount, long maxConcurrentStreams) {
        /** Envoy's defaults. */
        public static final Limits DEFAULT = new Limits(60, 100, 100);
    }

    /**
     * What clients may do with the protocol.
     *
     * @param acceptHttp10 else HTTP/1.0 is answered 426
     * @param trailers whether an HTTP/1 connection carries trailers; HTTP/2 always does
     * @param proxy100Continue whether 1xx responses come from upstream; else {@code Expect: 100-continue} is answered here
     * @param maxRequests requests of one connection before it is drained; 0 for any number
     * @param upgrades upgrade types that are let through, lower-case, such as {@code websocket} or {@code CONNECT} as {@code connect}
     */
    public record ClientProtocol(
            Codec codec,
            boolean acceptHttp10,
            boolean trailers,
            boolean proxy100Continue,
            Underscores underscores,
            int maxRequests,
            List<String> upgrades) {
        /** Envoy's defaults. */
        public static final ClientProtocol DEFAULT =
                new ClientProtocol(Codec.AUTO, false, false, false, Underscores.ALLOW, 0, List.of());

        public ClientProtocol {
            upgrades = List.copyOf(upgrades);
        }
    }

    /** {@code headers_with_underscores_action}. */
    public enum Underscores {
        ALLOW,
        REJECT_REQUEST,
        DROP_HEADER
    }

    /** {@code HttpConnectionManager.CodecType}. */
    public enum Codec {
        AUTO,
        HTTP1,
        HTTP2
    }

    /** Where the routes are. */
    public sealed interface RouteSource {
        record Inline(RouteTable table) implements RouteSource {}

        /** Looked up by name in the snapshot for each request. */
        record Rds(String name) implements RouteSource {}
    }

    /** {@code ServerHeaderTransformation}. */
    public enum ServerHeader {
        OVERWRITE,
        APPEND_IF_ABSENT,
        PASS_THROUGH
    }

    /** {@code PathWithEscapedSlashesAction}. */
    public enum EscapedSlashes {
        KEEP_UNCHANGED,
        REJECT_REQUEST,
        UNESCAPE_AND_REDIRECT,
        UNESCAPE_AND_FORWARD
    }

    /** {@code forward_client_cert_details} with its {@code set_current_client_cert_details}. */
    public record ForwardClientCert(Mode mode, boolean subject, boolean cert, boolean chain, boolean dns, boolean uri) {
        public enum Mode {
            SANITIZE,
            FORWARD_ONLY,
            APPEND_FORWARD,
            SANITIZE_SET,
            ALWAYS_FORWARD_ONLY
        }
    }

    /** {@code HttpConnectionManager.Tracing}. @param maxPathTagLength characters of a path in a tag */
    public record Tracing(Sampling sampling, Collector collector, int maxPathTagLength, List<CustomTag> customTags) {
        public Tracing {
            customTags = List.copyOf(customTags);
        }

        /** The same with other tags. */
        public Tracing withTags(List<CustomTag> tags) {
            return new Tracing(sampling, collector, maxPathTagLength, tags);
        }
    }

    /**
     * What is traced; fractions in millionths.
     *
     * @param byRequestId whether {@code x-request-id} decides what is sampled, else everything is that nobody decided about before
     * @param packReason whether {@code x-request-id} tells the decision
     */
    public record Sampling(int client, int random, int overall, boolean byRequestId, boolean packReason) {}

    /**
     * {@code envoy.config.trace.v3.ZipkinConfig}.
     *
     * @param cluster the collector's; null for no tracer: then nothing is reported and no context written
     * @param path such as {@code /api/v2/spans}
     * @param w3c whether {@code traceparent} is written beside B3 ({@code USE_B3_WITH_W3C_PROPAGATION})
     */
    public record Collector(
            @Nullable String cluster,
            String path,
            String hostname,
            boolean sharedSpanContext,
            boolean traceId128Bit,
            boolean w3c) {
        /** No tracer. */
        public static final Collector NONE = new Collector(null, "", "", true, false, false);
    }

    /** {@code envoy.type.tracing.v3.CustomTag}: its value, or where that is with a default; an empty value is no tag. */
    public sealed interface CustomTag {
        /** The tag's name. */
        String tag();

        record Literal(String tag, String value) implements CustomTag {}

        /** Of the proxy's process. @param name the variable's */
        record Environment(String tag, String name, String defaultValue) implements CustomTag {}

        /** @param name in lower case */
        record RequestHeader(String tag, String name, String defaultValue) implements CustomTag {}
    }
}
