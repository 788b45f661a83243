package dev.lateen.api.mesh;

import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.Range;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Buffers, timeouts and normalisation of a proxy's connections (since Istio 1.31); what is absent is the profile's.
 *
 * @param profile what holds where nothing is said
 * @param listenerPerConnectionBufferLimitBytes of a client's connection
 * @param clusterPerConnectionBufferLimitBytes of a server's connection
 * @param timeouts of connections, requests and streams
 * @param http2 limits of HTTP/2
 * @param normalization what is done with heads and paths that others may read otherwise
 * @param listenerConnectionLimit of one listener
 * @param globalDownstreamConnectionLimit of all listeners
 */
public record ConnectionSettings(
        Profile profile,
        @Nullable @Range(min = 0) Integer listenerPerConnectionBufferLimitBytes,
        @Nullable @Range(min = 0) Integer clusterPerConnectionBufferLimitBytes,
        @Group Timeouts timeouts,
        @Group Http2 http2,
        @Group Normalization normalization,
        @Nullable @Range(min = 1) Integer listenerConnectionLimit,
        @Nullable @Range(min = 1) Integer globalDownstreamConnectionLimit) {

    /**
     * Timeouts of connections, requests and streams.
     *
     * @param httpIdleTimeout of a connection without requests
     * @param httpMaxConnectionDuration after which a connection is drained
     * @param httpDrainTimeout between the two GOAWAY frames of a drained connection
     * @param httpRequestTimeout until a request has come as a whole
     * @param httpRequestHeadersTimeout until a request's head has come
     * @param httpStreamIdleTimeout of a request on which nothing happens
     * @param httpMaxStreamDuration of a request and its response
     */
    public record Timeouts(
            @Nullable Duration httpIdleTimeout,
            @Nullable Duration httpMaxConnectionDuration,
            @Nullable Duration httpDrainTimeout,
            @Nullable Duration httpRequestTimeout,
            @Nullable Duration httpRequestHeadersTimeout,
            @Nullable Duration httpStreamIdleTimeout,
            @Nullable Duration httpMaxStreamDuration) {}

    /**
     * Limits of HTTP/2.
     *
     * @param httpMaxConcurrentStreams of one connection
     * @param http2InitialStreamWindowSize in bytes
     * @param http2InitialConnectionWindowSize in bytes
     */
    public record Http2(
            @Nullable @Range(min = 1) Integer httpMaxConcurrentStreams,
            @Nullable @Range(min = 65535) Integer http2InitialStreamWindowSize,
            @Nullable @Range(min = 65535) Integer http2InitialConnectionWindowSize) {}

    /**
     * What is done with heads and paths that others may read otherwise.
     *
     * @param httpHeadersWithUnderscoresAction what is done with header names that have an underscore
     * @param httpMergeSlashes whether slashes in a row become one
     * @param httpPathWithEscapedSlashesAction what is done with escaped slashes in a path
     */
    public record Normalization(
            UnderscoresAction httpHeadersWithUnderscoresAction,
            @Nullable Boolean httpMergeSlashes,
            EscapedSlashesAction httpPathWithEscapedSlashesAction) {}

    /** What holds where nothing is said. */
    public enum Profile {
        /** As ever. */
        SIDECAR,
        /** What Envoy advises for proxies at the edge; gateways only. */
        EDGE
    }

    /** What is done with header names that have an underscore. */
    public enum UnderscoresAction {
        /** As the profile says. */
        HEADERS_WITH_UNDERSCORES_UNSPECIFIED,
        /** They pass. */
        HEADERS_WITH_UNDERSCORES_ALLOW,
        /** The request is refused. */
        HEADERS_WITH_UNDERSCORES_REJECT_REQUEST,
        /** The header is left out. */
        HEADERS_WITH_UNDERSCORES_DROP_HEADER
    }

    /** What is done with escaped slashes in a path. */
    public enum EscapedSlashesAction {
        /** As the profile says. */
        PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED,
        /** They stay. */
        KEEP_UNCHANGED,
        /** The request is refused. */
        REJECT_REQUEST,
        /** The client is sent to the path without escapes. */
        UNESCAPE_AND_REDIRECT,
        /** The request goes on with the path without escapes. */
        UNESCAPE_AND_FORWARD
    }
}
