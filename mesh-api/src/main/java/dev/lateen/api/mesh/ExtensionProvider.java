package dev.lateen.api.mesh;

import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Default;
import dev.lateen.api.schema.Group;
import dev.lateen.api.schema.KnownButUnused;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Port;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Uint32;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A service that proxies use, referred to by name; exactly one of its kinds is set.
 *
 * @param name the name
 * @param envoyExtAuthzHttp decides about requests, over HTTP
 * @param envoyExtAuthzGrpc decides about requests, over gRPC
 * @param zipkin gets spans
 * @param opentelemetry gets spans
 * @param prometheus reads metrics; no settings
 * @param envoyFileAccessLog gets access logs
 */
@KnownButUnused({
    "lightstep",
    "datadog",
    "stackdriver",
    "opencensus",
    "skywalking",
    "envoyHttpAls",
    "envoyTcpAls",
    "envoyOtelAls",
    "sds"
})
@AtMostOne({
    "envoyExtAuthzHttp",
    "envoyExtAuthzGrpc",
    "zipkin",
    "opentelemetry",
    "prometheus",
    "envoyFileAccessLog",
    "lightstep",
    "datadog",
    "stackdriver",
    "opencensus",
    "skywalking",
    "envoyHttpAls",
    "envoyTcpAls",
    "envoyOtelAls",
    "sds"
})
public record ExtensionProvider(
        @Required @Length(min = 1) String name,
        @Nullable ExtAuthzHttp envoyExtAuthzHttp,
        @Nullable ExtAuthzGrpc envoyExtAuthzGrpc,
        @Nullable Zipkin zipkin,
        @Nullable OpenTelemetry opentelemetry,
        @Nullable Prometheus prometheus,
        @Nullable FileAccessLog envoyFileAccessLog) {

    /**
     * Decides about requests, over HTTP.
     *
     * @param service the decider's host, with its namespace before a slash if there are several
     * @param port the decider's port
     * @param timeout of a decision
     * @param pathPrefix put before the path of the question
     * @param failOpen whether requests pass when there is no decision
     * @param clearRouteCache whether the route is looked for again after the decision
     * @param statusOnError the status when there is no decision
     * @param check what the decider is told
     * @param answer what becomes of the decider's headers
     */
    public record ExtAuthzHttp(
            @Required String service,
            @Required @Port int port,
            @Default("600s") @AtLeast("1ms") Duration timeout,
            String pathPrefix,
            boolean failOpen,
            boolean clearRouteCache,
            @Default("403") String statusOnError,
            @Group Check check,
            @Group Answer answer) {

        /**
         * What the decider is told.
         *
         * @param includeHeadersInCheck headers of the request; old form of {@code includeRequestHeadersInCheck}
         * @param includeRequestHeadersInCheck headers of the request
         * @param includeAdditionalHeadersInCheck headers of ours
         * @param includeRequestBodyInCheck how much of the body; absent means nothing
         */
        public record Check(
                List<String> includeHeadersInCheck,
                List<String> includeRequestHeadersInCheck,
                Map<String, String> includeAdditionalHeadersInCheck,
                @Nullable RequestBody includeRequestBodyInCheck) {}

        /**
         * What becomes of the decider's headers.
         *
         * @param headersToUpstreamOnAllow which the destination gets when a request passes
         * @param headersToDownstreamOnDeny which the client gets when it does not
         * @param headersToDownstreamOnAllow which the client gets when it passes
         */
        public record Answer(
                List<String> headersToUpstreamOnAllow,
                List<String> headersToDownstreamOnDeny,
                List<String> headersToDownstreamOnAllow) {}
    }

    /** Decides about requests, over gRPC. */
    public record ExtAuthzGrpc(
            @Required String service,
            @Required @Port int port,
            @Default("600s") @AtLeast("1ms") Duration timeout,
            boolean failOpen,
            boolean clearRouteCache,
            @Default("403") String statusOnError,
            @Nullable RequestBody includeRequestBodyInCheck) {}

    /** How much of a body the decider sees. */
    public record RequestBody(@Uint32 long maxRequestBytes, boolean allowPartialMessage, boolean packAsBytes) {}

    /** Gets spans in Zipkin's format. */
    @KnownButUnused({"timeout", "headers"})
    public record Zipkin(
            @Required String service,
            @Required @Port int port,
            @Uint32 @Nullable Long maxTagLength,
            boolean enable64bitTraceId,
            @Default("/api/v2/spans") String path,
            TraceContext traceContextOption) {
        /** Which headers carry the context. */
        public enum TraceContext {
            /** B3. */
            USE_B3,
            /** B3 and W3C. */
            USE_B3_WITH_W3C_PROPAGATION
        }
    }

    /** Gets spans in OpenTelemetry's format. */
    @KnownButUnused({"resourceDetectors", "dynatraceSampler", "grpc", "serviceAttributeEnrichment"})
    public record OpenTelemetry(
            @Required String service,
            @Required @Port int port,
            @Uint32 @Nullable Long maxTagLength,
            @Nullable Http http) {
        /** Over HTTP. */
        @KnownButUnused({"headers"})
        public record Http(@Required String path, @Nullable Duration timeout) {}
    }

    /** Reads metrics; no settings. */
    public record Prometheus() {}

    /** Gets access logs. */
    public record FileAccessLog(
            @Default("/dev/stdout") String path, @Nullable LogFormat logFormat, boolean omitEmptyValues) {}

    /** The format of an access log: a text, or labels with texts. */
    @AtMostOne({"text", "labels"})
    public record LogFormat(@Nullable String text, @Nullable ObjectNode labels) {}
}
