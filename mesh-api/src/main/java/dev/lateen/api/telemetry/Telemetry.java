package dev.lateen.api.telemetry;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtLeast;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Percentage;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Wrapped;
import dev.lateen.api.selector.LabelSelector;
import dev.lateen.api.selector.TargetReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the proxies measure, trace and log.
 *
 * @param selector the workloads meant
 * @param targetRef the one resource meant; old form of {@code targetRefs}
 * @param targetRefs the resources meant
 * @param tracing spans
 * @param metrics metrics
 * @param accessLogging access logs
 */
@ApiKind(
        group = "telemetry.istio.io",
        kind = "Telemetry",
        plural = "telemetries",
        versions = {"v1", "v1alpha1"},
        shortNames = "telemetry",
        stored = "v1alpha1")
@Column(name = "Age", path = Column.CREATED)
@AtMostOne(
        value = {"selector", "targetRef", "targetRefs"},
        message = TargetReference.ONE_WAY)
public record Telemetry(
        @Nullable LabelSelector selector,
        @Nullable TargetReference targetRef,
        @Size(max = 16) List<TargetReference> targetRefs,
        List<Tracing> tracing,
        List<Metrics> metrics,
        List<AccessLogging> accessLogging)
        implements Spec {

    /** An extension provider of the mesh config. */
    public record ProviderRef(@Required @Length(min = 1) String name) {}

    /** Which side of a call is meant. */
    public enum WorkloadMode {
        /** Both. */
        CLIENT_AND_SERVER,
        /** The outbound side. */
        CLIENT,
        /** The inbound side. */
        SERVER
    }

    /** Which side of a call is meant. */
    public record Selection(WorkloadMode mode) {}

    /**
     * Spans.
     *
     * @param match the side of the call; absent means both
     * @param providers who gets them; empty inherits
     * @param randomSamplingPercentage the share of requests; absent inherits
     * @param disableSpanReporting absent inherits
     * @param customTags tags for each span
     * @param enableIstioTags absent means true
     * @param useRequestIdForTraceSampling absent means true
     * @param disableContextPropagation absent inherits
     */
    public record Tracing(
            @Nullable Selection match,
            List<ProviderRef> providers,
            @Wrapped @Percentage @Nullable Double randomSamplingPercentage,
            @Wrapped @Nullable Boolean disableSpanReporting,
            Map<String, CustomTag> customTags,
            @Wrapped @Nullable Boolean enableIstioTags,
            @Wrapped @Nullable Boolean useRequestIdForTraceSampling,
            @Wrapped @Nullable Boolean disableContextPropagation) {}

    /** Where the value of a tag comes from. */
    public sealed interface CustomTag {
        /** It is fixed. */
        record Literal(TagText literal) implements CustomTag {}

        /** It is in the proxy's environment. */
        record Environment(TagSource environment) implements CustomTag {}

        /** It is in a header of the request. */
        record Header(TagSource header) implements CustomTag {}

        /** It is formatted as the access log would. */
        record Formatter(TagText formatter) implements CustomTag {}

        /** Nothing was said. */
        record Unset() implements CustomTag {}
    }

    /** A text. */
    public record TagText(@Required @Length(min = 1) String value) {}

    /** A name, and the value if there is nothing of that name. */
    public record TagSource(@Required @Length(min = 1) String name, String defaultValue) {}

    /**
     * Metrics.
     *
     * @param providers who gets them; empty inherits
     * @param overrides changes, in order
     * @param reportingInterval for TCP; absent means 5 s
     */
    public record Metrics(
            List<ProviderRef> providers,
            List<MetricsOverride> overrides,
            @AtLeast("1ms") @Nullable Duration reportingInterval) {
        /**
         * A change to metrics.
         *
         * @param match which metrics; absent means all
         * @param disabled whether they are left out; absent inherits
         * @param tagOverrides changes to labels
         */
        public record MetricsOverride(
                @Nullable MetricSelector match,
                @Wrapped @Nullable Boolean disabled,
                Map<String, TagOverride> tagOverrides) {}
    }

    /**
     * Which metrics.
     *
     * @param metric one of Istio's
     * @param customMetric one of another name
     * @param mode the side of the call
     */
    @AtMostOne({"metric", "customMetric"})
    public record MetricSelector(
            @Nullable StandardMetric metric,
            @Nullable @Length(min = 1) String customMetric,
            WorkloadMode mode) {}

    /** Istio's metrics. */
    public enum StandardMetric {
        /** All of them. */
        ALL_METRICS,
        /** {@code istio_requests_total}. */
        REQUEST_COUNT,
        /** {@code istio_request_duration_milliseconds}. */
        REQUEST_DURATION,
        /** {@code istio_request_bytes}. */
        REQUEST_SIZE,
        /** {@code istio_response_bytes}. */
        RESPONSE_SIZE,
        /** {@code istio_tcp_connections_opened_total}. */
        TCP_OPENED_CONNECTIONS,
        /** {@code istio_tcp_connections_closed_total}. */
        TCP_CLOSED_CONNECTIONS,
        /** {@code istio_tcp_sent_bytes_total}. */
        TCP_SENT_BYTES,
        /** {@code istio_tcp_received_bytes_total}. */
        TCP_RECEIVED_BYTES,
        /** {@code istio_request_messages_total}. */
        GRPC_REQUEST_MESSAGES,
        /** {@code istio_response_messages_total}. */
        GRPC_RESPONSE_MESSAGES
    }

    /**
     * A change to a label.
     *
     * @param operation what is done
     * @param value a CEL expression; null if none was given
     */
    @Obeys(TelemetryChecks.TagValue.class)
    @Cel(
            rule = "((has(self.operation) ? self.operation : \"\") == \"UPSERT\") ? (self.value != \"\") : true",
            message = "value must be set when operation is UPSERT")
    @Cel(
            rule = "((has(self.operation) ? self.operation : \"\") == \"REMOVE\") ? !has(self.value) : true",
            message = "value must not be set when operation is REMOVE")
    public record TagOverride(
            Operation operation,
            @Obeys(CelSyntax.class) @Nullable String value) {
        /** What is done. */
        public enum Operation {
            /** The label gets the value. */
            UPSERT,
            /** The label is taken away. */
            REMOVE
        }
    }

    /**
     * Access logs.
     *
     * @param match the side of the call; absent means both
     * @param providers who gets them; empty inherits
     * @param disabled absent inherits
     * @param filter which requests; absent means all
     */
    public record AccessLogging(
            @Nullable Selection match,
            List<ProviderRef> providers,
            @Wrapped @Nullable Boolean disabled,
            @Nullable Filter filter) {
        /** A CEL expression that must be true. */
        public record Filter(@Obeys(CelSyntax.class) String expression) {}
    }
}
